package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir private Path folder;

    private static AtomicFile.Content text(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFileIsWrittenWithItsFolders() throws IOException {
        Path file = folder.resolve("a/b/c.txt");
        AtomicFile.write(file, text("new"));
        assertThat(file).hasContent("new");
        assertThat(folder.resolve("a/b").toFile().list()).containsExactly("c.txt");
    }

    @Test
    void anOldFileIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "a longer old content");
        AtomicFile.write(file, text("new"));
        assertThat(file).hasContent("new");
    }

    @Test
    void theOldFileStandsUnderItsNameWhileTheNewOneIsWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        AtomicFile.write(
                file,
                out -> {
                    out.write(new byte[1 << 20]);
                    assertThat(file).hasContent("old");
                });
        assertThat(file).hasSize(1 << 20);
    }

    @Test
    void anyFailureLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        assertThatThrownBy(
                        () ->
                                AtomicFile.write(
                                        file,
                                        out -> {
                                            out.write(1);
                                            throw new IOException("disk full");
                                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
        assertThatThrownBy(
                        () ->
                                AtomicFile.write(
                                        file,
                                        out -> {
                                            throw new StackOverflowError();
                                        }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("f");
    }

    /** A device that is always full; only Linux has one. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsNamedWithTheFileAndAllThatWasWanted() throws IOException {
        Path target = folder.resolve("f");
        try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
            CountedOutput out = new CountedOutput(full);
            out.write(new byte[3000]);
            out.write(new byte[2000]);
            assertThatThrownBy(() -> out.check(target))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageStartingWith(target + ": cannot be written (")
                    .hasMessageContaining("it needs at least 5,000 bytes and ")
                    .hasMessageEndingWith("make room, or write to another disk");
        }
    }

    @Test
    void aFolderIsNeverReplaced() throws IOException {
        Path target = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> AtomicFile.write(target, text("new")))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(target + ": is a folder, expected the name of a file to write");
        assertThat(target).isDirectory();
    }

    @Test
    void aFolderMayBeALink() throws IOException {
        assumePosix();
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        AtomicFile.write(link.resolve("f"), text("new"));
        assertThat(real.resolve("f")).hasContent("new");
    }

    @Test
    void aFileHasThePermissionsOfAnyOtherNewFile() throws IOException {
        assumePosix();
        Path plain = Files.writeString(folder.resolve("plain"), "");
        Path file = folder.resolve("f");
        AtomicFile.write(file, text("new"));
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(Files.getPosixFilePermissions(plain));
    }

    private static void assumePosix() {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    }
}
