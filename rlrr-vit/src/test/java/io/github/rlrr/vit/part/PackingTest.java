package io.github.rlrr.vit.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.Processor;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.Parity;
import io.github.rlrr.vit.SmallNetworks;
import io.github.rlrr.vit.VisionTransformer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks that answer alone, against the same networks with their weights as they are. */
class PackingTest {

    /** The same products, but for the order of a sum. */
    private static final double FLOAT32 = 1e-5;

    /** Both round to bfloat16; where they add otherwise, a value is rounded to its neighbour. */
    private static final double BFLOAT16 = 0.03;

    /** Of networks that were drawn at random, and are more sensitive than trained ones. */
    private static final double INT8 = 0.15;

    private static final int TOKENS = 5;
    private static final Layer.Linear LAYER = new Layer.Linear("fc", 48, 19);

    @TempDir private Path folder;
    private final NDManager manager = NDManager.newBaseManager();
    private GradMode off;

    @BeforeEach
    void recordNothing() {
        off = GradMode.off();
    }

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private float[] normal(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private float[] embedding(Backbone network) {
        Shape shape =
                new Shape(2, 3, network.config().imageHeight(), network.config().imageWidth());
        NDArray images = manager.create(normal(1, (int) shape.size()), shape);
        return network.embedding(new ParameterStore(manager, false), images, false).toFloatArray();
    }

    private static double difference(float[] actual, float[] expected) {
        return Parity.largestDifference(actual, expected) / Parity.largest(expected);
    }

    @ParameterizedTest
    @MethodSource("io.github.rlrr.vit.SmallNetworks#names")
    void everyNetworkAnswersAsWithPlainWeights(String name) throws IOException {
        try (Backbone network = SmallNetworks.load(name, folder)) {
            float[] plain = embedding(network);
            float[] rounded = embedding(network.withPrecision(Precision.BFLOAT16));
            assertThat(difference(rounded, plain)).isPositive();
            List<String> faults = new ArrayList<>();
            for (Precision precision : Precision.values()) {
                if (precision == Precision.INT8 && !Processor.isFastInInt8()) {
                    continue; // it is refused: see below
                }
                Path own = folder.resolve(precision.toString());
                try (Backbone packed = SmallNetworks.load(name, own).forInference(precision)) {
                    float[] actual = embedding(packed);
                    double found =
                            difference(actual, precision == Precision.BFLOAT16 ? rounded : plain);
                    double limit =
                            switch (precision) {
                                case FLOAT32 -> FLOAT32;
                                case BFLOAT16 -> BFLOAT16;
                                case INT8 -> INT8;
                            };
                    if (!(found < limit)) {
                        faults.add(precision + " differs by " + found);
                    }
                }
            }
            assertThat(faults).isEmpty();
        }
    }

    @Test
    void itTakesThePlaceOfTheNetworkWhoseMatricesAreFreed() throws IOException {
        VisionTransformer network = Parity.tiny();
        Map<String, Parameter> parameters = ModuleTree.of(network).parameters();
        Parameter weight = Objects.requireNonNull(parameters.get("blocks.0.mlp.fc1.weight"));
        NDManager owner = weight.getArray().getManager();
        int arrays = owner.getManagedArrays().size();
        try (Backbone packed = network.forInference(Precision.FLOAT32)) {
            float[] once = embedding(packed);
            assertThat(owner.getManagedArrays()).hasSize(arrays);
            assertThat(embedding(packed)).isEqualTo(once);
            assertThat(owner.getManagedArrays()).hasSize(arrays);
            if (!System.getProperty("os.arch").equals("amd64")) {
                return; // not all have oneDNN, and the network is as it was
            }
            assertThat(weight.isInitialized()).isFalse();
            assertThatThrownBy(
                            () ->
                                    packed.forward(
                                            new ParameterStore(manager, false),
                                            new NDList(manager.ones(new Shape(1, 3, 16, 16))),
                                            true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("made for inference");
            assertThatThrownBy(() -> packed.withPrecision(Precision.BFLOAT16))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> packed.forInference(Precision.FLOAT32))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(owner.isOpen()).isFalse();
    }

    @Test
    void int8IsForInferenceAloneAndRefusedWhereTheProcessorHasNoInstructions() throws IOException {
        try (VisionTransformer network = Parity.tiny()) {
            assertThatThrownBy(() -> network.withPrecision(Precision.INT8))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("forInference");
            if (!Processor.isFastInInt8()) {
                float[] before = embedding(network);
                assertThatThrownBy(() -> network.forInference(Precision.INT8))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("avx512_vnni");
                assertThat(embedding(network)).isEqualTo(before);
            }
        }
    }

    /** Whole numbers times scales, in double: all that is left is the rounding of the result. */
    @Test
    void int8IsTheProductOfWholeNumbers() {
        if (!Processor.isFastInInt8()) {
            return; // refused, as above
        }
        float[] w = normal(2, LAYER.out() * LAYER.in());
        float[] b = normal(3, LAYER.out());
        float[] x = normal(4, TOKENS * LAYER.in());
        Arrays.fill(x, 0, LAYER.in(), 0); // a token of zeros
        x[LAYER.in() + 7] = 50; // and one with an outlier, which no other token feels
        ProgramText text = new ProgramText(List.of(LAYER), LinearKernel.INT8, Precision.FLOAT32);
        String program = text.returns(text.linear(LAYER, "x"));
        List<NDArray> inputs = new ArrayList<>();
        inputs.add(manager.create(x, new Shape(1, TOKENS, LAYER.in())));
        inputs.addAll(Packing.INT8.pack(manager.create(w, new Shape(LAYER.out(), LAYER.in()))));
        inputs.add(manager.create(b));
        float[] found =
                TorchProgram.shared(program)
                        .forward(inputs.toArray(new NDArray[0]))
                        .head()
                        .toFloatArray();
        for (int t = 0; t < TOKENS; t++) {
            for (int o = 0; o < LAYER.out(); o++) {
                double sum = 0;
                double scaleX = scale(x, t);
                double scaleW = scale(w, o);
                for (int i = 0; i < LAYER.in(); i++) {
                    sum += whole(x, t, i) * whole(w, o, i);
                }
                assertThat((double) found[t * LAYER.out() + o])
                        .isCloseTo(sum * scaleX * scaleW + b[o], within(2e-5 * (1 + 127 * scaleX)));
            }
        }
    }

    private static double scale(float[] rows, int row) {
        double largest = 0;
        for (int i = 0; i < LAYER.in(); i++) {
            largest = Math.max(largest, Math.abs(rows[row * LAYER.in() + i]));
        }
        return largest / 127;
    }

    private static double whole(float[] rows, int row, int i) {
        double scale = scale(rows, row);
        return scale == 0 ? 0 : Math.rint(rows[row * LAYER.in() + i] / scale);
    }
}
