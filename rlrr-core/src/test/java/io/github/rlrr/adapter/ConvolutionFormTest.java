package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorFileException;
import io.github.rlrr.tensor.TensorReader;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tolerances: forward 1e-5 absolute, gradients 1e-5 of the largest, as parity/README.md has it. */
class ConvolutionFormTest {

    private static final RlrrConfig CONFIG = config(1);

    private final NDManager manager = Fixtures.manager();
    private TensorReader parity;

    private static RlrrConfig config(int rank) {
        return RlrrConfig.builder()
                .rank(rank)
                .targets("all-conv")
                .scaleAndShift()
                .fullyTrained()
                .build();
    }

    @BeforeEach
    void open() throws URISyntaxException, TensorFileException {
        var url = ConvolutionFormTest.class.getResource("/parity/conv/conv.npz");
        parity = TensorReader.open(Path.of(Objects.requireNonNull(url).toURI()));
    }

    @AfterEach
    void close() throws Exception {
        parity.close();
        manager.close();
    }

    /** The parity case's convolution under its two scales. */
    private AdaptedBlock adapted(String name) throws TensorFileException {
        Shape kernel = parity.tensors().get(name + "/weight").shape();
        float[] places = parity.readFloats(name + "/stride_padding");
        Conv2d conv =
                Conv2d.builder()
                        .setFilters((int) kernel.get(0))
                        .setKernelShape(kernel.slice(2))
                        .optStride(new Shape((long) places[0], (long) places[0]))
                        .optPadding(new Shape((long) places[1], (long) places[1]))
                        .optBias(false)
                        .build();
        Fixtures.initialized(conv, manager, 1, parity.tensors().get(name + "/input").shape());
        Fixtures.set(
                conv.getDirectParameters().get("weight").getArray(),
                parity.readFloats(name + "/weight"));
        AdaptedBlock adapted = Rlrr.adapt(conv, CONFIG);
        Fixtures.set(
                Fixtures.tensor(adapted, "scale_left"), parity.readFloats(name + "/scale_col"));
        Fixtures.set(
                Fixtures.tensor(adapted, "scale_right"), parity.readFloats(name + "/scale_line"));
        return adapted;
    }

    @ParameterizedTest
    @ValueSource(strings = {"k3", "k1"})
    void theOutputIsThePublishedOne(String name) throws TensorFileException {
        try (AdaptedBlock adapted = adapted(name)) {
            NDArray input = parity.read(name + "/input", manager);
            ParameterStore store = new ParameterStore(manager, false);
            NDArray output = adapted.forward(store, new NDList(input), false).head();
            assertThat(output.getShape()).isEqualTo(parity.tensors().get(name + "/output").shape());
            assertThat(output.toFloatArray())
                    .containsExactly(parity.readFloats(name + "/output"), within(1e-5f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"k3", "k1"})
    void theEffectiveKernelIsThePublishedOne(String name) throws TensorFileException {
        try (AdaptedBlock adapted = adapted(name)) {
            NDArray kernel = adapted.effectiveValues(manager).get("weight");
            assertThat(kernel.getShape()).isEqualTo(parity.tensors().get(name + "/weight").shape());
            assertThat(kernel.toFloatArray())
                    .containsExactly(parity.readFloats(name + "/effective_weight"), within(1e-6f));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "k3, scale_left, grad_scale_col",
        "k3, scale_right, grad_scale_line",
        "k1, scale_left, grad_scale_col",
        "k1, scale_right, grad_scale_line"
    })
    void theGradientsAreThePublishedOnes(String name, String tensor, String published)
            throws TensorFileException {
        try (AdaptedBlock adapted = adapted(name)) {
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray input = parity.read(name + "/input", manager);
                ParameterStore store = new ParameterStore(manager, false);
                NDArray output = adapted.forward(store, new NDList(input), true).head();
                collector.backward(output.square().sum());
            }
            float[] expected = parity.readFloats(name + "/" + published);
            float largest = 0;
            for (float value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertThat(Fixtures.tensor(adapted, tensor).getGradient().toFloatArray())
                    .containsExactly(expected, within(1e-5f * largest));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 3", "3, 3, 3", "3, 2, 3", "2, 1, 1"})
    void aHigherRankAndAnOblongKernelFollowTheEquation(int rank, int height, int width) {
        int in = 4;
        int out = 3;
        Conv2d conv =
                Conv2d.builder().setFilters(out).setKernelShape(new Shape(height, width)).build();
        Fixtures.initialized(conv, manager, 1, new Shape(1, in, 5, 5));
        try (AdaptedBlock adapted = Rlrr.adapt(conv, config(rank))) {
            Fixtures.scramble(adapted, 2);
            float[] w = conv.getDirectParameters().get("weight").getArray().toFloatArray();
            float[] left = Fixtures.tensor(adapted, "scale_left").toFloatArray();
            float[] right = Fixtures.tensor(adapted, "scale_right").toFloatArray();
            float[] actual = adapted.effectiveValues(manager).get("weight").toFloatArray();
            int at = 0;
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    for (int y = 0; y < height; y++) {
                        for (int x = 0; x < width; x++) {
                            double p = 0;
                            for (int k = 0; k < rank; k++) {
                                double r = right[(o * height + y) * rank + k];
                                p += r * left[k * in * width + i * width + x];
                            }
                            assertThat((double) actual[at])
                                    .isCloseTo((1 + p) * w[at], within(2e-6));
                            at++;
                        }
                    }
                }
            }
            assertThat(at).isEqualTo(actual.length);
        }
    }
}
