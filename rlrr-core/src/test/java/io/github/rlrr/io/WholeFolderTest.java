package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFolderTest {

    @TempDir private Path temporary;

    private static AtomicFile.Content text(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path folder, String what) throws IOException {
        try (WholeFolder files = WholeFolder.replace(folder)) {
            files.add("weights", text(what));
            files.add("names", text(what));
            files.add("config", text(what));
            files.finish();
        }
    }

    /** What a reader makes of a folder: its one content, or that it is refused. */
    private static String read(Path folder) {
        try {
            WholeFolder.requireWhole(folder);
            Set<String> contents = new TreeSet<>();
            for (String name : List.of("weights", "names", "config")) {
                contents.add(Files.readString(folder.resolve(name)));
            }
            if (Files.exists(folder.resolve("stale"))) {
                contents.add(Files.readString(folder.resolve("stale")));
            }
            return String.join(" and ", contents);
        } catch (IOException e) {
            return "refused";
        }
    }

    /** What a program makes of it that knows nothing of the mark. */
    private static String readByOthers(Path folder) throws IOException {
        return Files.exists(folder.resolve("config"))
                ? Files.readString(folder.resolve("config"))
                        + Files.readString(folder.resolve("weights"))
                : "refused";
    }

    private static Path copy(Path folder, Path to) {
        try (Stream<Path> files = Files.list(folder)) {
            Files.createDirectory(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void afterEveryChangeAFolderIsTheOldOneTheNewOneOrRefused() throws IOException {
        Path folder = temporary.resolve("model");
        write(folder, "old");
        Files.writeString(folder.resolve("stale"), "old");
        List<Path> moments = new ArrayList<>();
        try (WholeFolder files = WholeFolder.replace(folder)) {
            files.remove("stale");
            for (String name : List.of("weights", "names", "config")) {
                moments.add(copy(folder, temporary.resolve("staged-" + name)));
                files.add(name, text("new"));
            }
            files.finish(
                    () -> moments.add(copy(folder, temporary.resolve("moment-" + moments.size()))));
        }
        List<String> seen = moments.stream().map(WholeFolderTest::read).distinct().toList();
        assertThat(seen).containsExactly("old", "refused", "new");
        for (Path moment : moments) {
            assertThat(readByOthers(moment)).isIn("oldold", "refused", "newnew");
            // What is left can be written again, by the same means.
            write(moment, "again");
            Files.deleteIfExists(moment.resolve("stale"));
            assertThat(read(moment)).isEqualTo("again");
        }
        assertThat(read(folder)).isEqualTo("new");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("weights", "names", "config");
    }

    @Test
    void aFaultBeforeTheEndLeavesTheOldFilesAndNothingElse() throws IOException {
        Path folder = temporary.resolve("model");
        write(folder, "old");
        assertThatThrownBy(
                        () -> {
                            try (WholeFolder files = WholeFolder.replace(folder)) {
                                files.add("weights", text("new"));
                                files.add(
                                        "config",
                                        out -> {
                                            throw new IOException("No space left on device");
                                        });
                                files.finish();
                            }
                        })
                .isInstanceOf(IOException.class);
        assertThat(read(folder)).isEqualTo("old");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("weights", "names", "config");
    }

    @Test
    void twoThatWriteAtATimeAreRefused() throws IOException {
        Path folder = temporary.resolve("model");
        try (WholeFolder files = WholeFolder.replace(folder)) {
            files.add("config", text("new"));
            assertThatThrownBy(() -> WholeFolder.replace(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            folder
                                    + " is in use: this process writes there; wait for it or stop"
                                    + " it");
        }
        write(folder, "new");
        assertThat(read(folder)).isEqualTo("new");
    }

    @Test
    void aFolderThatWasDeletedMeanwhileIsNotSaidToBeWritten() throws IOException {
        Path folder = temporary.resolve("model");
        try (WholeFolder files = WholeFolder.replace(folder)) {
            files.add("config", text("new"));
            Files.move(folder, temporary.resolve("moved"));
            assertThatThrownBy(files::finish)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(folder + " was deleted or moved while it was written");
        }
        assertThat(folder).doesNotExist();
    }

    @Test
    void aHalfWrittenFolderIsRefusedWithTheRemedy() throws IOException {
        Files.writeString(temporary.resolve(WholeFolder.MARK), "");
        assertThatThrownBy(() -> WholeFolder.requireWhole(temporary))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        temporary
                                + " is half written: what wrote it was killed, or still writes;"
                                + " write it again with the same command, or wait");
    }
}
