package io.github.rlrr.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A hash over what was added, in that order. */
public final class Hash {

    private static final int BUFFER_BYTES = 1 << 18;

    private final MessageDigest digest;

    private Hash(String algorithm) {
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }

    /**
     * A SHA-256 over nothing yet.
     *
     * @return a new one
     */
    public static Hash sha256() {
        return new Hash("SHA-256");
    }

    /**
     * The name git gives a file's content: SHA-1 of "blob ", its length, a zero byte and it.
     *
     * @param file the file
     * @return hexadecimal digits
     * @throws IOException when it cannot be read
     */
    public static String gitSha1(Path file) throws IOException {
        return new Hash("SHA-1").add("blob " + Files.size(file) + "\0").add(file).digits();
    }

    /**
     * Adds a text in UTF-8.
     *
     * @param text the text
     * @return this
     */
    public Hash add(String text) {
        return add(StandardCharsets.UTF_8.encode(text));
    }

    /**
     * Adds the bytes that remain in a buffer.
     *
     * @param bytes read to their end
     * @return this
     */
    public Hash add(ByteBuffer bytes) {
        digest.update(bytes);
        return this;
    }

    /**
     * Adds what a file holds.
     *
     * @param file the file
     * @return this
     * @throws IOException when it cannot be read
     */
    public Hash add(Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return this;
    }

    /**
     * The hash of all that was added; it begins anew after.
     *
     * @return hexadecimal digits, in small letters
     */
    public String digits() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
