package io.github.rlrr.spectrum;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Nd4jPresenceTest {

    @Test
    void theVersionThatTheMessageNamesIsTheOneBuiltWith() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("/runtime-dependencies.txt")) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("org.nd4j:nd4j-api:jar:" + Nd4jPresence.VERSION + ":");
        }
    }
}
