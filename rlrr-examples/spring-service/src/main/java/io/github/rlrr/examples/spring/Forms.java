package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/**
 * The images of a form (RFC 7578) that is in memory whole.
 *
 * <p>Not Spring's own reader of parts: that of 6.2 leaves out a file of no bytes, and the answers
 * that follow would be another file's.
 */
@Component
class Forms {

    private static final int MOST_HEAD_BYTES = 8192;
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServiceSettings settings;

    Forms(ServiceSettings settings) {
        this.settings = settings;
    }

    /**
     * The parts named "file" that are files, in their order.
     *
     * @throws ResponseStatusException 400 when it is no form, 413 when something of it is too large
     */
    List<ImageSource> images(MediaType type, byte[] body) {
        byte[] delimiter = ("\r\n--" + boundary(type)).getBytes(StandardCharsets.UTF_8);
        byte[] first = Arrays.copyOfRange(delimiter, 2, delimiter.length); // no line before it
        List<ImageSource> images = new ArrayList<>();
        int at = startsWith(body, 0, first) ? first.length : after(body, 0, delimiter);
        for (int parts = 1; !startsWith(body, at, new byte[] {'-', '-'}); parts++) {
            if (parts > settings.maxParts()) {
                throw Refusal.tooLarge(
                        "the form has more parts", settings.maxParts() + " (rlrr.max-parts)");
            }
            int content = after(body, at, HEAD_END);
            if (content - at > MOST_HEAD_BYTES) {
                throw Refusal.tooLarge("a part's headers are too long", MOST_HEAD_BYTES + " bytes");
            }
            ContentDisposition said =
                    disposition(new String(body, at, content - at, StandardCharsets.UTF_8));
            at = after(body, content - 2, delimiter); // a part of no bytes may share the line's end
            int end = Math.max(content, at - delimiter.length);
            if ("file".equals(said.getName()) && said.getFilename() != null) {
                add(images, said.getFilename(), Arrays.copyOfRange(body, content, end));
            }
        }
        if (images.isEmpty()) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST,
                    "the batch is empty, expected at least one part named \"file\"");
        }
        return images;
    }

    private void add(List<ImageSource> images, String filename, byte[] bytes) {
        String name = filename.isEmpty() ? "file " + (images.size() + 1) : filename;
        long most = settings.maxBytes().toBytes();
        if (bytes.length > most) {
            throw Refusal.tooLarge(
                    name + " has " + bytes.length + " bytes", most + " (rlrr.max-bytes)");
        }
        if (images.size() == settings.maxImages()) {
            throw Refusal.tooLarge(
                    "the form has more images", settings.maxImages() + " (rlrr.max-images)");
        }
        images.add(ImageSource.of(bytes, name));
    }

    private static String boundary(MediaType type) {
        String boundary = type.getParameter("boundary");
        if (boundary == null) {
            throw notAForm(null);
        }
        return boundary.replace("\"", "");
    }

    private static ContentDisposition disposition(String head) {
        try {
            return head.lines()
                    .map(line -> line.split(":", 2))
                    .filter(line -> line[0].equalsIgnoreCase("Content-Disposition"))
                    .findFirst()
                    .map(line -> ContentDisposition.parse(line[1].strip()))
                    .orElseGet(ContentDisposition::empty);
        } catch (RuntimeException e) { // of Spring's parser, or a line without a colon
            throw notAForm(e);
        }
    }

    /** Where the next one of these ends; a form that is cut has none. */
    private static int after(byte[] body, int from, byte[] wanted) {
        for (int at = from; at <= body.length - wanted.length; at++) {
            if (startsWith(body, at, wanted)) {
                return at + wanted.length;
            }
        }
        throw notAForm(null);
    }

    private static boolean startsWith(byte[] body, int at, byte[] wanted) {
        int end = at + wanted.length;
        return end <= body.length && Arrays.equals(body, at, end, wanted, 0, wanted.length);
    }

    private static ResponseStatusException notAForm(@Nullable Throwable cause) {
        return new ResponseStatusException(
                HttpStatus.BAD_REQUEST,
                "the body is not the multipart form that its type says",
                cause);
    }
}
