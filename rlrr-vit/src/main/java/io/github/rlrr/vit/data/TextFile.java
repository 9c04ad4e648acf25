package io.github.rlrr.vit.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reads lists, which are UTF-8, with or without a byte order mark, or UTF-16 with one. Nothing else
 * is guessed: it could give classes the wrong names.
 */
final class TextFile {

    /** The longest list that is read: millions of lines. */
    static final long MOST_BYTES = 1L << 28;

    private static final int HEAD_BYTES = 1 << 16;

    private TextFile() {}

    static String read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: %,d bytes, expected a list of at most %,d",
                            file,
                            size,
                            MOST_BYTES));
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        Charset charset = charset(bytes, StandardCharsets.UTF_8);
        CharBuffer text = CharBuffer.allocate(bytes.remaining());
        CoderResult result = charset.newDecoder().decode(bytes, text, true);
        text.flip();
        if (result.isError()) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s:%d: not %s text, expected a list in UTF-8, or in UTF-16 with a byte"
                                    + " order mark; save it so (in Excel as CSV UTF-8)",
                            file,
                            text.toString().split("\r\n|\r|\n", -1).length,
                            charset));
        }
        if (text.toString().indexOf('\0') >= 0) {
            throw new IOException(
                    file
                            + ": NUL characters in it, as UTF-16 without a byte order mark has;"
                            + " expected a list in UTF-8");
        }
        return text.toString();
    }

    static List<String> lines(Path file) throws IOException {
        return read(file).lines().toList();
    }

    /**
     * The beginning of a file, whatever it is; of text without a byte order mark, ASCII is right.
     */
    static String head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes(HEAD_BYTES));
            return charset(bytes, StandardCharsets.ISO_8859_1).decode(bytes).toString();
        }
    }

    /** What a byte order mark says, which is skipped. */
    private static Charset charset(ByteBuffer bytes, Charset without) {
        int first = bytes.remaining() < 2 ? 0 : bytes.getShort(0) & 0xFFFF;
        if (first == 0xFEFF || first == 0xFFFE) {
            bytes.position(2);
            return first == 0xFEFF ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
        }
        if (first == 0xEFBB && bytes.remaining() > 2 && (bytes.get(2) & 0xFF) == 0xBF) {
            bytes.position(3);
            return StandardCharsets.UTF_8;
        }
        return without;
    }
}
