package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {

    @Test
    void theNearestComeFirst() {
        assertThat(Names.nearest("atn.query", List.of("ffn.fc1", "attn.query", "attn.key"), 3))
                .containsExactly("attn.query");
        assertThat(Names.nearest("head.bias", List.of("heads.bias", "head.bais", "head.bia"), 2))
                .containsExactly("heads.bias", "head.bia");
    }

    @Test
    void nothingLikeItGivesNothing() {
        assertThat(Names.nearest("x", List.of("encoder", "decoder"), 3)).isEmpty();
        assertThat(Names.nearest("", List.of(), 3)).isEmpty();
    }
}
