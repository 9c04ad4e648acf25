package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.ArcConfig;
import io.github.rlrr.method.BiasTuningConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.method.NormTuningConfig;
import io.github.rlrr.method.SsfConfig;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuner;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Equality of the other methods with their published implementations, which computed in float64:
 * {@code parity/methods/make_methods.py} made the numbers. Ours are float32, so 1e-5 holds for what
 * was computed in one pass, and for what three steps of AdamW have moved by up to 0.009.
 */
class MethodParityTest {

    private static final double TOLERANCE = 1e-5;

    static Stream<Arguments> methods() {
        List<String> head = List.of("head");
        return Stream.of(
                Arguments.of("lora", new LoraConfig(2, 3, List.of("attn.{query,value}"), head, 0)),
                Arguments.of("lora-all", new LoraConfig(2, 3, List.of("all-linear"), head, 0)),
                Arguments.of("ssf", new SsfConfig()),
                Arguments.of(
                        "arc",
                        new ArcConfig(
                                5, List.of("attn.{query,key,value}"), List.of("mlp.fc1"), head, 0)),
                Arguments.of("bias", new BiasTuningConfig()),
                Arguments.of("norm", new NormTuningConfig()),
                Arguments.of("linear-probe", new LinearProbeConfig()),
                Arguments.of("full", new FullFineTuningConfig()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void itGivesThePublishedLogitsAndGradients(String name, AdapterConfig config)
            throws IOException {
        try (TensorReader numbers = numbers(name);
                VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = started(vit, config, numbers)) {
            try (NDManager manager = NDManager.newBaseManager()) {
                float[] logits = backward(adapted, manager);
                assertThat(largestDifference(logits, numbers.readFloats("logits")))
                        .isLessThan(TOLERANCE);
            }
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] expected = numbers.readFloats("gradient." + tensor.name());
                float[] actual = tensor.parameter().getArray().getGradient().toFloatArray();
                // Of what softmax ignores both are rounding noise.
                double most = Math.max(largest(expected), 0.01);
                assertThat(largestDifference(actual, expected))
                        .as(tensor.name())
                        .isLessThan(TOLERANCE * most);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void threeStepsGiveThePublishedLossesAndTensors(String name, AdapterConfig config)
            throws IOException {
        try (TensorReader numbers = numbers(name);
                VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = started(vit, config, numbers)) {
            List<EpochMetrics> steps =
                    FineTuner.builder(adapted)
                            .dataset(Parity.data())
                            .batchSize(4)
                            .epochs(3)
                            .schedule(step -> 3e-3)
                            .weightDecay(0.1)
                            .build()
                            .fit()
                            .epochs();
            float[] losses = numbers.readFloats("losses");
            for (int i = 0; i < losses.length; i++) {
                assertThat(steps.get(i).trainLoss())
                        .as("loss before step %d", i + 1)
                        .isCloseTo(losses[i], within(TOLERANCE));
            }
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                // AdamW makes steps of rounding noise there.
                if (!tensor.name().matches(".*attn\\.key\\.(shift|bias)")) {
                    float[] expected = numbers.readFloats("final." + tensor.name());
                    float[] actual = tensor.parameter().getArray().toFloatArray();
                    assertThat(largestDifference(actual, expected))
                            .as(tensor.name())
                            .isLessThan(TOLERANCE);
                }
            }
            try (VisionTransformer merged = vit.merged(adapted);
                    NDManager manager = NDManager.newBaseManager()) {
                NDList logits =
                        merged.forward(
                                new ParameterStore(manager, false),
                                new NDList(images(manager)),
                                false);
                assertThat(
                                largestDifference(
                                        logits.head().toFloatArray(),
                                        numbers.readFloats("final_logits")))
                        .isLessThan(2 * TOLERANCE);
            }
        }
    }

    private static TensorReader numbers(String name) throws IOException {
        return TensorReader.open(Parity.resource("methods/" + name + ".safetensors"));
    }

    /** Adapted, with the tensors from which the published implementation started. */
    private static AdaptedBlock started(
            VisionTransformer vit, AdapterConfig config, TensorReader numbers) throws IOException {
        AdaptedBlock adapted = Rlrr.adapt(vit, config);
        String start = "initial.";
        List<String> theirs =
                numbers.tensors().keySet().stream()
                        .filter(name -> name.startsWith(start))
                        .map(name -> name.substring(start.length()))
                        .toList();
        assertThat(adapted.trainableTensors())
                .extracting(TrainableTensor::name)
                .containsExactlyInAnyOrderElementsOf(theirs);
        for (TrainableTensor tensor : adapted.trainableTensors()) {
            NDArray array = tensor.parameter().getArray();
            array.set(numbers.readFloats(start + tensor.name()));
        }
        return adapted;
    }

    private static NDArray images(NDManager manager) throws IOException {
        return manager.create(Parity.floats("io.npz", "images"), new Shape(4, 3, 16, 16));
    }

    private static float[] backward(AdaptedBlock adapted, NDManager manager) throws IOException {
        NDArray labels = manager.create(Parity.floats("io.npz", "labels"), new Shape(4));
        ParameterStore store = new ParameterStore(manager, false);
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDList logits = adapted.forward(store, new NDList(images(manager)), true);
            collector.backward(new SoftmaxCrossEntropyLoss().evaluate(new NDList(labels), logits));
            return logits.head().toFloatArray();
        }
    }
}
