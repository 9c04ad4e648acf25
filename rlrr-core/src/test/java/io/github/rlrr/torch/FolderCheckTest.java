package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FolderCheckTest {

    @TempDir private Path folder;

    @Test
    void aFolderThatCanBeUsedIsMadeAndLeftEmpty() {
        Path made = folder.resolve("a/b");
        assertThat(FolderCheck.fault(made, 1)).isEmpty();
        assertThat(made).isEmptyDirectory();
    }

    @Test
    void aPlaceBelowAFileIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(FolderCheck.fault(file.resolve("cache"), 1))
                .contains(file + " is a file, expected a folder");
    }

    @Test
    void tooLittleRoomIsSaidInMegabytes() {
        assertThat(FolderCheck.fault(folder, Long.MAX_VALUE / 2))
                .get()
                .asString()
                .matches("\\d+ MB are needed and \\d+ MB are free there");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void amongOthersAFolderIsMadeForItsOwnerOnly() throws IOException {
        Path made = folder.resolve("cache");
        assertThat(FolderCheck.faultAmongOthers(made, 1)).isEmpty();
        assertThat(Files.getPosixFilePermissions(made))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFolderThatOthersCanWriteToIsRefused() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(FolderCheck.faultAmongOthers(folder, 1))
                .contains("others can write there and change what is loaded");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkAmongOthersIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        assertThat(FolderCheck.faultAmongOthers(link, 1))
                .contains("it is a link or a file, expected a folder");
    }
}
