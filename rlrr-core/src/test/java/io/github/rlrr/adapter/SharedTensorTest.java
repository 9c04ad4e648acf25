package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.ArcConfig;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that modules share, as ARC's are. */
class SharedTensorTest {

    private final NDManager manager = Fixtures.manager();
    private final ContractNet base = ContractNet.of(manager, 1);

    @AfterEach
    void close() {
        manager.close();
    }

    private static ArcConfig attention(String... targets) {
        return new ArcConfig(2, List.of(targets), List.of(), List.of("head"), 0);
    }

    @Test
    void theyAreCountedAndSavedOnce(@TempDir Path folder) throws IOException {
        try (AdaptedBlock adapted = Rlrr.adapt(base, attention("fc1", "fc2"))) {
            assertThat(Fixtures.names(adapted))
                    .containsExactlyInAnyOrder(
                            "arc.attention.projection",
                            "rescale",
                            "shift",
                            "head.weight",
                            "head.bias");
            assertThat(adapted.parameterReport().adapter()).isEqualTo(18 * 2 + 2 + 18);
            adapted.save(folder, new AdapterMetadata());
            try (TensorReader reader =
                    TensorReader.open(folder.resolve(AdapterFolder.TENSOR_FILE))) {
                assertThat(reader.tensors()).hasSize(5);
            }
        }
    }

    @Test
    void modulesOfOneParentShareWhatBelongsToThePlace() {
        Block outer =
                Fixtures.initialized(
                        new Fixtures.Named()
                                .child("a", new Fixtures.Mlp(6, 4))
                                .child("b", new Fixtures.Mlp(6, 4)),
                        manager,
                        1,
                        new ai.djl.ndarray.types.Shape(-1, 4));
        ArcConfig config =
                new ArcConfig(2, List.of("a.fc1", "b.fc1"), List.of("a.head"), List.of(), 0);
        assertThatThrownBy(() -> Rlrr.adapt(outer, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a.head would get a tensor a.rescale, but other modules");
        try (AdaptedBlock adapted = Rlrr.adapt(outer, attention("a.fc1", "b.fc1"))) {
            assertThat(Fixtures.names(adapted))
                    .contains("a.rescale", "b.rescale", "a.shift", "b.shift");
        }
    }

    @Test
    void modulesOfOneSizeShareAmongThemselves(@TempDir Path folder) throws IOException {
        Block outer =
                Fixtures.initialized(
                        new Fixtures.Named()
                                .child("a", new Fixtures.Mlp(6, 4))
                                .child("b", new Fixtures.Mlp(6, 4))
                                .child("c", new Fixtures.Mlp(6, 4))
                                .child("d", new Fixtures.Mlp(6, 4)),
                        manager,
                        1,
                        new ai.djl.ndarray.types.Shape(-1, 4));
        ArcConfig config =
                new ArcConfig(2, List.of("{a,b}.fc1", "{c,d}.head"), List.of(), List.of(), 0);
        try (AdaptedBlock adapted = Rlrr.adapt(outer, config)) {
            assertThat(Fixtures.names(adapted))
                    .contains("arc.attention.projection", "arc.attention.projection.6x2")
                    .filteredOn(name -> name.startsWith("arc."))
                    .hasSize(2);
            assertThat(adapted.parameterReport().adapter())
                    .isEqualTo(4 * 2 + 6 * 2 + 2 * (2 + 4) + 2 * (2 + 6));
            Fixtures.scramble(adapted, 2);
            adapted.save(folder, new AdapterMetadata());
            try (AdaptedBlock loaded = Rlrr.load(outer, folder)) {
                assertThat(Fixtures.trainedBits(loaded)).isEqualTo(Fixtures.trainedBits(adapted));
            }
        }
    }

    @Test
    void modulesOfOnePlaceAndOtherSizesCannotShare() {
        Fixtures.Alive alive = Fixtures.alive();
        assertThatThrownBy(() -> Rlrr.adapt(base, attention("fc1", "fc10")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fc10 would share the tensor shift")
                .hasMessageContaining("(4)")
                .hasMessageContaining("(18)");
        assertThat(Fixtures.alive()).isEqualTo(alive);
    }
}
