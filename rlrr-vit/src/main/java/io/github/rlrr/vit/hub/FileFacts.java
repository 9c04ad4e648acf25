package io.github.rlrr.vit.hub;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a hub says of a file before its bytes: the X-Linked headers of its first answer, which is
 * often a redirect to another host, and the headers of the last.
 *
 * @param commit the commit the file belongs to, or null
 * @param size in bytes, or -1
 * @param identity the hub's entity tag without quotes: another one means other bytes; or null
 * @param sha256 the content's SHA-256 in lower-case hexadecimal digits, or null
 * @param gitSha1 the SHA-1 of git's blob of that content, or null
 */
record FileFacts(
        @Nullable String commit,
        long size,
        @Nullable String identity,
        @Nullable String sha256,
        @Nullable String gitSha1) {

    /** Nothing is known. */
    static final FileFacts UNKNOWN = new FileFacts(null, -1, null, null, null);

    /**
     * Reads the headers.
     *
     * @param ofEndpoint those of the answers that the hub itself gave, in order
     * @param last those of the last answer when it brings the file, else null
     * @param lastIsOfEndpoint whether the hub itself gave the last answer
     */
    static FileFacts of(
            List<HttpHeaders> ofEndpoint, @Nullable HttpHeaders last, boolean lastIsOfEndpoint) {
        String commit = first(ofEndpoint, "X-Repo-Commit");
        String linked = first(ofEndpoint, "X-Linked-ETag");
        String tag = linked == null && last != null && lastIsOfEndpoint ? etag(last) : linked;
        String identity = tag == null ? null : bare(tag);
        String digest = identity == null ? "" : identity.toLowerCase(Locale.ROOT);
        long size = number(first(ofEndpoint, "X-Linked-Size"));
        if (size < 0 && last != null) {
            size = entitySize(last);
        }
        return new FileFacts(
                commit == null ? null : commit.toLowerCase(Locale.ROOT),
                size,
                identity,
                digest.matches("[0-9a-f]{64}") ? digest : null,
                digest.matches("[0-9a-f]{40}") ? digest : null);
    }

    /** The size of the whole file, also where a part of it is sent; -1 where it is not said. */
    static long entitySize(HttpHeaders headers) {
        String range = headers.firstValue("Content-Range").orElse("");
        return range.isEmpty()
                ? number(headers.firstValue("Content-Length").orElse(null))
                : number(range.substring(range.indexOf('/') + 1));
    }

    static @Nullable String etag(HttpHeaders headers) {
        return headers.firstValue("ETag").orElse(null);
    }

    private static String bare(String tag) {
        return tag.strip().replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
    }

    private static @Nullable String first(List<HttpHeaders> all, String name) {
        return all.stream().flatMap(h -> h.firstValue(name).stream()).findFirst().orElse(null);
    }

    private static long number(@Nullable String text) {
        return text != null && text.strip().matches("\\d{1,18}")
                ? Long.parseLong(text.strip())
                : -1;
    }
}
