package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileNamesTest {

    @TempDir Path root;

    /** A process of its own: Java reads the locale once, at its start. */
    @Test
    void inALocaleWithoutUtf8NoImageIsLostInSilence() throws IOException, InterruptedException {
        for (String name : new String[] {"\u00e9", "\u00fc", "\u65e5\u672c"}) {
            Pictures.write(root.resolve("caf\u00e9/" + name + ".png"), 1);
            Pictures.write(root.resolve("th\u00e9/" + name + ".png"), 2);
        }
        ProcessBuilder java =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Count.class.getName(),
                        root.toString());
        java.redirectErrorStream(true);
        java.environment().put("LC_ALL", "POSIX");
        Process process = java.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();

        // macOS and Windows read names alike in every locale.
        assertThat(said)
                .matches(
                        "(?s).*(counted 6 in 2|cannot be read, such as .*: the locale is POSIX"
                                + " \\(sun.jnu.encoding is .*\\), expected one with UTF-8; set"
                                + " LC_ALL=C.UTF-8 in the environment before Java starts).*");
    }

    /** Counts what is found in a folder. */
    static final class Count {

        private Count() {}

        public static void main(String[] args) {
            try {
                ImageListing listing = ImageFolder.scan(Path.of(args[0]));
                System.out.println(
                        "counted " + listing.size() + " in " + listing.classNames().size());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void utf8ReadInAnotherEncodingIsNoticed() {
        String mistaken =
                new String("\u65e5".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(FileNames.isMistaken(mistaken, StandardCharsets.ISO_8859_1)).isTrue();
        assertThat(FileNames.isMistaken("\u00e9", StandardCharsets.ISO_8859_1)).isFalse();
        assertThat(FileNames.isMistaken("\u00e9", StandardCharsets.UTF_8)).isFalse();
        assertThat(FileNames.isMistaken("plain", StandardCharsets.ISO_8859_1)).isFalse();
    }
}
