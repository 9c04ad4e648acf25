package io.github.rlrr.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateWithoutDigestTest {

    @TempDir Path folder;

    @Test
    void aStateWithoutItsDigestIsNamedInAWarning() throws IOException {
        Files.writeString(folder.resolve("step-12.safetensors"), "a state");
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (StateFolder states = new StateFolder(folder)) {
            assertThat(states.newest()).isNull();
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8))
                .hasLineCount(1)
                .contains("WARN", "step-12.safetensors is not used", "step-12.sha256 is missing")
                .contains("begins anew");
    }
}
