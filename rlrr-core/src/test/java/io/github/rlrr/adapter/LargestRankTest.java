package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.ArcConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.method.RlrrConfig;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargestRankTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager("PyTorch");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** fc1 has the weight (6, 4). */
    private Block base() {
        return Fixtures.mlp(manager, 1);
    }

    private static RlrrConfig rlrr(int rank) {
        return RlrrConfig.builder()
                .rank(rank)
                .targets("fc1")
                .scaleAndShift()
                .fullyTrained()
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 100_000, Integer.MAX_VALUE})
    void aRankAboveTheSmallerSideOfALayerIsRefusedWithItsShape(int rank) {
        String message =
                "rank is " + rank + ", but fc1 has the shape (6, 4), for which more than 4 adds";
        assertThatThrownBy(() -> Rlrr.adapt(base(), rlrr(rank)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        LoraConfig lora = new LoraConfig(rank, 1, List.of("fc1"), List.of(), 0);
        assertThatThrownBy(() -> Rlrr.adapt(base(), lora)).hasMessageContaining(message);
        assertThatThrownBy(() -> Rlrr.adapters(base()).add("a", lora))
                .hasMessageContaining(message);
    }

    @Test
    void arcsBottleneckIsAtMostTheLayersInputs() {
        ArcConfig arc = new ArcConfig(5, List.of("fc1"), List.of(), List.of(), 0);
        assertThatThrownBy(() -> Rlrr.adapt(base(), arc))
                .hasMessageContaining("bottleneck is 5, but fc1 has the shape (6, 4), for which");
    }

    @Test
    void theSmallerSideItselfIsTaken() {
        assertThatCode(() -> Rlrr.adapt(base(), rlrr(4)).close()).doesNotThrowAnyException();
    }
}
