package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFilesTest {

    /** No process has it: Linux and Windows count less far. */
    private static final String NOBODY = "999999999999";

    @TempDir private Path folder;

    private Path file(String name) throws IOException {
        return Files.writeString(folder.resolve(name), "half");
    }

    private static String of(String pid) {
        return TemporaryFiles.name().replaceFirst("-\\d+-", "-" + pid + "-");
    }

    @Test
    void whatAKilledProcessLeftGoesAndWhatALivingOneWritesStays() throws IOException {
        Path left = file(of(NOBODY));
        Path living = file(TemporaryFiles.name());
        TemporaryFiles.sweep(folder);
        assertThat(left).doesNotExist();
        assertThat(living).exists();
    }

    @Test
    void aFileOlderThanTheProcessThatHasItsNumberGoes() throws IOException {
        Path left = file(TemporaryFiles.name());
        Files.setLastModifiedTime(left, FileTime.from(Instant.EPOCH));
        TemporaryFiles.sweep(folder);
        assertThat(left).doesNotExist();
    }

    @Test
    void whatAProcessElsewhereWritesStaysForAnHour() throws IOException {
        Path fresh = file(of(NOBODY).replaceFirst("-[0-9a-f]{8}-", "-00000000-"));
        Path older = file(of(NOBODY).replaceFirst("-[0-9a-f]{8}-", "-00000000-"));
        FileTime before = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
        Files.setLastModifiedTime(older, before);
        TemporaryFiles.sweep(folder);
        assertThat(fresh).exists();
        assertThat(older).doesNotExist();
    }

    @Test
    void filesOfOtherNamesStay() throws IOException {
        file(".rlrr-notes.tmp");
        file("rlrr-" + NOBODY + ".tmp");
        file(".rlrr-unfinished");
        file("a.tmp");
        TemporaryFiles.sweep(folder);
        assertThat(folder.toFile().list()).hasSize(4);
    }

    @Test
    void aFolderThatWasLeftGoesWithWhatIsInIt() throws IOException {
        Path left = Files.createDirectory(folder.resolve(of(NOBODY)));
        Files.writeString(left.resolve("model"), "big");
        TemporaryFiles.sweep(folder);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsNotThereHasNothingToSweep() throws IOException {
        TemporaryFiles.sweep(folder.resolve("none"));
        assertThat(folder).isEmptyDirectory();
    }
}
