package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashTest {

    /** As {@code printf abc | sha256sum} says. */
    private static final String OF_ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir Path folder;

    @Test
    void whatIsAddedInPiecesIsHashedAsOne() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "c");

        String digits =
                Hash.sha256().add("a").add(ByteBuffer.wrap(new byte[] {'b'})).add(file).digits();

        assertThat(digits).isEqualTo(OF_ABC);
    }

    @Test
    void aFileHasTheNameThatGitGivesIt() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "abc");

        // As git hash-object says.
        assertThat(Hash.gitSha1(file)).isEqualTo("f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f");
    }
}
