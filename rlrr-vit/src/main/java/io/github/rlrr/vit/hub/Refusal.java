package io.github.rlrr.vit.hub;

import io.github.rlrr.vit.hub.Transport.Answer;
import java.io.IOException;
import java.time.Duration;

/** Says in one line what an HTTP status of the hub means here and what to do about it. */
final class Refusal {

    /** A server that asks for a longer pause than this is not waited for. */
    private static final long LONGEST_WAIT_SECONDS = 30;

    private Refusal() {}

    /** Whether the repository is there and this file of it is not. */
    static boolean isMissingFile(Answer answer) {
        String code = code(answer);
        return answer.status() == 404 && (code.isEmpty() || code.equals("EntryNotFound"));
    }

    /**
     * The exception for an answer that brings no file.
     *
     * @return a {@link ConnectionLost} where another attempt may do better
     */
    static IOException of(Answer answer, HubName name, String file, HubSettings settings) {
        int status = answer.status();
        String what = name + " (" + file + "): " + settings.endpoint().getHost() + " says ";
        String page = settings.endpoint() + "/" + name.repository();
        String code = code(answer);
        boolean token = settings.token() != null;
        if (code.equals("GatedRepo")) {
            return new IOException(
                    what
                            + status
                            + ", the model is gated; accept its terms at "
                            + page
                            + " and set HF_TOKEN to a token of that account");
        }
        if (code.equals("RevisionNotFound")) {
            return new IOException(
                    what
                            + status
                            + ", there is no revision \""
                            + name.revision()
                            + "\"; see "
                            + page);
        }
        return switch (status) {
            case 401, 403 ->
                    new IOException(
                            what
                                    + status
                                    + (token
                                            ? ", HF_TOKEN gives no access to it; check the name and"
                                                    + " the token's rights"
                                            : ", there is no such public model; check the name, and"
                                                    + " for a private or gated one set HF_TOKEN"));
            case 404 ->
                    new IOException(
                            what
                                    + "404, there is no such repository; check the name at "
                                    + page
                                    + (token ? "" : ", and for a private one set HF_TOKEN"));
            case 429 -> rateLimited(answer, what, token);
            case 408, 500, 502, 503, 504 ->
                    new ConnectionLost(what + status + ", it is in trouble", null);
            default -> new IOException(what + status + ", expected 200; is HF_ENDPOINT a hub?");
        };
    }

    private static IOException rateLimited(Answer answer, String what, boolean token) {
        String said = answer.headers().firstValue("Retry-After").orElse("");
        long seconds = said.matches("\\d{1,6}") ? Long.parseLong(said) : 0;
        String text =
                what
                        + "429, too many requests; try again "
                        + (seconds > 0 ? "in " + seconds + " s" : "later")
                        + (token ? "" : ", or set HF_TOKEN for a higher limit");
        return seconds > LONGEST_WAIT_SECONDS
                ? new IOException(text)
                : new ConnectionLost(text, null, Duration.ofSeconds(seconds));
    }

    private static String code(Answer answer) {
        return answer.headers().firstValue("X-Error-Code").orElse("");
    }
}
