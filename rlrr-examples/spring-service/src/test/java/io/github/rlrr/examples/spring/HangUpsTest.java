package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class HangUpsTest {

    @Test
    void manyClientsThatHangUpAreOneWarning(CapturedOutput output) {
        HangUps hangUps = new HangUps();
        for (int i = 0; i < 251; i++) {
            hangUps.count("/classify");
        }
        assertThat(output.getAll().lines().filter(line -> line.contains("WARN"))).hasSize(1);
    }
}
