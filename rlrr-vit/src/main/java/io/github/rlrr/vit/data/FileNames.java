package io.github.rlrr.vit.data;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Says when Java cannot read the names of files.
 *
 * <p>On Linux a name is bytes, which Java decodes as the locale said when it started. In the locale
 * {@code POSIX}, which cron, systemd and slim containers have, everything outside ASCII is lost:
 * names that differ are then equal as text, and one file takes the place of another.
 */
public final class FileNames {

    private static final char LOST = '\uFFFD';

    private static final String ENCODING = "sun.jnu.encoding";

    private FileNames() {}

    /**
     * Checks files that were found in a folder.
     *
     * @param folder where they were found, for the message
     * @param files what was found; all of it that counts
     * @throws IOException if the names of some do not lead back to them, or were read in another
     *     encoding than they are written in; it names the locale, their number and the remedy
     */
    public static void check(Path folder, Collection<Path> files) throws IOException {
        List<Path> lost = files.stream().filter(file -> !isRead(file)).toList();
        if (!lost.isEmpty()) {
            String example = String.valueOf(lost.get(0).getFileName()).replace(LOST, '?');
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: %,d of %,d names of files cannot be read, such as '%s': %s",
                            folder,
                            lost.size(),
                            files.size(),
                            example,
                            remedy()));
        }
    }

    /**
     * Says what is wrong with the locale, or with the names, and what to do.
     *
     * @return the end of a sentence, after a colon
     */
    public static String remedy() {
        if (encoding().equals(StandardCharsets.UTF_8)) {
            return "they are not in UTF-8; expected names in it; rename them, for instance with"
                    + " convmv -f latin1 -t utf8";
        }
        return String.format(
                Locale.ROOT,
                "the locale is %s (sun.jnu.encoding is %s), expected one with UTF-8; set"
                        + " LC_ALL=C.UTF-8 in the environment before Java starts",
                locale(),
                System.getProperty(ENCODING));
    }

    private static String locale() {
        for (String variable : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
            String value = System.getenv(variable);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return "not set";
    }

    /** Whether the text of a path leads back to it, and was read in the encoding it is in. */
    static boolean isRead(Path file) {
        String text = file.toString();
        if (text.indexOf(LOST) >= 0) {
            try {
                return file.getFileSystem().getPath(text).equals(file);
            } catch (InvalidPathException e) {
                return false;
            }
        }
        return File.separatorChar == '\\' || !isMistaken(text, encoding());
    }

    /** Whether a text read in another encoding is UTF-8. */
    static boolean isMistaken(String text, Charset read) {
        if (read.equals(StandardCharsets.UTF_8) || text.chars().allMatch(c -> c < 0x80)) {
            return false;
        }
        try {
            ByteBuffer bytes = read.newEncoder().encode(CharBuffer.wrap(text));
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** What Java decodes names with; a property of the JDK on every platform. */
    private static Charset encoding() {
        return Charset.forName(System.getProperty(ENCODING, "UTF-8"));
    }
}
