package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A TorchScript program lists its parameters but reads them past the store. The program is linear,
 * batch norm, tanh, linear; a linear layer of DJL's comes after it.
 */
class TorchScriptBaseTest {

    private static final Shape BATCH = new Shape(5, 4);
    private static final float[] X = Fixtures.normal(new SplittableRandom(9), 20, 1);

    private final NDManager manager = Fixtures.manager();
    private final Model script = Model.newInstance("script", Device.cpu(), "PyTorch");
    private Block base;

    @BeforeEach
    void load() throws Exception {
        TorchRuntime.seed(1);
        var url = TorchScriptBaseTest.class.getResource("/torchscript/traced.pt");
        script.load(Path.of(Objects.requireNonNull(url).toURI()));
        base =
                new SequentialBlock()
                        .add(script.getBlock())
                        .add(Linear.builder().setUnits(3).build());
        base.initialize(manager, DataType.FLOAT32, BATCH);
    }

    @AfterEach
    void close() {
        script.close();
        manager.close();
    }

    @Test
    void whatItListsAndNeverReadsIsNamedAfterTheFirstForward() {
        try (AdaptedBlock adapted = Rlrr.adapt(base, new FullFineTuningConfig())) {
            assertThatThrownBy(() -> Fixtures.run(adapted, manager, BATCH, X))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "never read the parameters of [PtSymbolBlock.0.bias,"
                                    + " PtSymbolBlock.0.weight, PtSymbolBlock.1.bias,"
                                    + " PtSymbolBlock.1.weight, PtSymbolBlock.3.bias,"
                                    + " PtSymbolBlock.3.weight] through the parameter store");
            assertThat(adapted.toString())
                    .contains("(3, 4) <- Replacement: 0.weight (3, 4)")
                    .contains("linear      (3, 4) + bias <- Replacement");
        }
    }

    @Test
    void theLayersAroundItAreAdaptedAndTrained() {
        AdapterConfig config = new LinearProbeConfig(List.of("Linear"));
        float[] before = Fixtures.run(script.getBlock(), manager, BATCH, X);
        try (AdaptedBlock adapted = Rlrr.adapt(base, config);
                Model model = DjlTraining.model(adapted)) {
            double[] losses = DjlTraining.train(model, DjlTraining.examples(BATCH.slice(1)), 300);
            assertThat(adapted.parameterReport().notes().toString())
                    .contains(
                            "no linear layer, norm or convolution, so left: PtSymbolBlock.0.weight");
            assertThat(DjlTraining.end(losses)).isLessThan(0.8 * DjlTraining.start(losses));
        }
        assertThat(Fixtures.run(script.getBlock(), manager, BATCH, X)).containsExactly(before);
    }
}
