package io.github.rlrr.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {

    @Test
    void whatBreaksALineOrATerminalIsWrittenAsAnEscape() {
        assertThat(OneLine.of("a\nb\tc\rd\u001be\u2028f\u202eg"))
                .isEqualTo("a\\nb\\tc\\rd\\u001be\\u2028f\\u202eg");
    }

    @Test
    void otherTextsStayAsTheyAre() {
        assertThat(OneLine.of("café | <b>\"x\"\\n 猫")).isEqualTo("café | <b>\"x\"\\n 猫");
    }
}
