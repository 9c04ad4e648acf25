package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UserHomeTest {

    private static final String HERE = Path.of("").toAbsolutePath().toString();

    @Test
    void whatJavaKnowsIsTaken() {
        assertThat(UserHome.find(HERE, "/elsewhere")).contains(Path.of(HERE));
    }

    @Test
    void aQuestionMarkIsNoFolder() {
        assertThat(UserHome.find("?", HERE)).contains(Path.of(HERE));
        assertThat(UserHome.find("?", null)).isEmpty();
        assertThat(UserHome.find(null, "")).isEmpty();
    }
}
