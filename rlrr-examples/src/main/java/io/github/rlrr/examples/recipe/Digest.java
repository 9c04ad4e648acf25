package io.github.rlrr.examples.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of configurations, cut to what a folder's name needs, and of checkpoints. */
final class Digest {

    private static final int NAME_DIGITS = 8;
    private static final int BUFFER_BYTES = 1 << 18;

    private Digest() {}

    /** The first eight digits of what a value's text gives. */
    static String of(Object value) {
        MessageDigest digest = sha256();
        digest.update(value.toString().getBytes(StandardCharsets.UTF_8));
        return hex(digest).substring(0, NAME_DIGITS);
    }

    /** Of a file, or of the files of a folder in the order of their names. */
    static String of(Path checkpoint) throws IOException {
        MessageDigest digest = sha256();
        if (!Files.isDirectory(checkpoint)) {
            update(digest, checkpoint);
            return hex(digest);
        }
        List<Path> files;
        try (Stream<Path> listed = Files.list(checkpoint)) {
            files = listed.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            digest.update((file.getFileName() + "\n").getBytes(StandardCharsets.UTF_8));
            update(digest, file);
        }
        return hex(digest);
    }

    private static void update(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
