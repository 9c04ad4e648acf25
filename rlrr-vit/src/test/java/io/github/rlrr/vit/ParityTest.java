package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.floats;
import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Equality with the published PyTorch implementation; tolerances from parity/README.md. */
class ParityTest {

    /** float32 forward passes of two implementations. */
    private static final double FORWARD = 1e-5;

    private static float[] forward(Block block) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray images = manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16));
            ParameterStore store = new ParameterStore(manager, false);
            return block.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    @Test
    void theBaseModelGivesThePublishedLogitsAndFeatures() throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                NDManager manager = NDManager.newBaseManager()) {
            assertThat(largestDifference(forward(vit), floats("io.npz", "base_logits")))
                    .isLessThan(FORWARD);
            NDArray images = manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16));
            NDArray features = vit.features(new ParameterStore(manager, false), images, false);
            assertThat(
                            largestDifference(
                                    features.toFloatArray(), floats("io.npz", "base_features")))
                    .isLessThan(FORWARD);
        }
    }

    @ParameterizedTest
    @CsvSource({"base_timm.safetensors, 1e-6", "base_huggingface.safetensors, 1e-12"})
    void otherLayoutsOfTheSameWeightsGiveTheSameLogits(String file, float epsilon)
            throws IOException {
        VitConfig config = new VitConfig(16, 16, 4, 32, 3, 4, 64, 5, epsilon);
        try (VisionTransformer vit = VitCheckpoint.load(Parity.file(file), config)) {
            assertThat(largestDifference(forward(vit), floats("io.npz", "base_logits")))
                    .isLessThan(FORWARD);
        }
    }

    @Test
    void theAdaptedModelGivesThePublishedLogits() throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Parity.adapted(vit, "adapter_initial.npz")) {
            assertThat(largestDifference(forward(adapted), floats("io.npz", "adapted_logits")))
                    .isLessThan(FORWARD);
        }
    }

    @Test
    void everyTrainableTensorGetsThePublishedGradient() throws IOException {
        checkGradients(() -> {});
    }

    /**
     * What backward needs must be libtorch's: DJL's scalar operations wrap a Java buffer that
     * nothing holds. Freed, its place is soon taken, here by NaN.
     */
    @Test
    void gradientsSurviveAGarbageCollectionBetweenForwardAndBackward() throws IOException {
        for (int round = 0; round < 3; round++) {
            List<ByteBuffer> poison = new ArrayList<>();
            checkGradients(
                    () -> {
                        System.gc();
                        for (int i = 0; i < 20_000; i++) {
                            ByteBuffer buffer = ByteBuffer.allocateDirect(4);
                            poison.add(buffer.putInt(0, 0xffffffff));
                        }
                    });
            assertThat(poison).hasSize(20_000);
        }
    }

    private static void checkGradients(Runnable betweenForwardAndBackward) throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Parity.adapted(vit, "adapter_initial.npz");
                NDManager manager = NDManager.newBaseManager()) {
            NDArray images = manager.create(floats("io.npz", "images"), new Shape(4, 3, 16, 16));
            NDArray labels = manager.create(floats("io.npz", "labels"), new Shape(4));
            ParameterStore store = new ParameterStore(manager, false);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDList logits = adapted.forward(store, new NDList(images), true);
                betweenForwardAndBackward.run();
                NDArray loss = new SoftmaxCrossEntropyLoss().evaluate(new NDList(labels), logits);
                assertThat((double) loss.getFloat())
                        .isCloseTo(
                                floats("io.npz", "loss")[0],
                                org.assertj.core.data.Offset.offset(FORWARD));
                collector.backward(loss);
            }
            try (TensorReader reader = TensorReader.open(Parity.file("gradients.npz"))) {
                for (TrainableTensor tensor : adapted.trainableTensors()) {
                    float[] expected = reader.readFloats(Parity.publishedName(tensor.name()));
                    float[] actual = tensor.parameter().getArray().getGradient().toFloatArray();
                    if (tensor.name().endsWith("attn.key.shift")) {
                        // Softmax ignores it: both gradients are rounding noise.
                        assertThat(largest(actual)).as(tensor.name()).isLessThan(1e-6);
                    } else {
                        assertThat(largestDifference(actual, expected))
                                .as(tensor.name())
                                .isLessThan(1e-5 * largest(expected));
                    }
                }
            }
        }
    }

    @Test
    void eightStepsGiveThePublishedLossesTensorsAndMergedWeights() throws IOException {
        try (VisionTransformer vit = Parity.tiny();
                AdaptedBlock adapted = Parity.adapted(vit, "adapter_initial.npz")) {
            Map<String, float[]> before = weights(vit);
            FineTuneResult result =
                    FineTuner.builder(adapted)
                            .dataset(Parity.data())
                            .batchSize(4)
                            .epochs(8)
                            .schedule(step -> 3e-3 * (step + 1) / 8)
                            .weightDecay(5e-2)
                            .build()
                            .fit();

            float[] losses = floats("io.npz", "train_losses");
            List<EpochMetrics> epochs = result.epochs();
            for (int i = 0; i < losses.length; i++) {
                assertThat(epochs.get(i).trainLoss())
                        .as("loss before step %d", i + 1)
                        .isCloseTo(losses[i], org.assertj.core.data.Offset.offset(FORWARD));
            }
            checkTensors(adapted);
            checkMerged(vit, adapted);
            assertThat(largestDifference(forward(adapted), floats("io.npz", "final_logits")))
                    .isLessThan(FORWARD);
            Map<String, float[]> after = weights(vit);
            before.forEach((name, values) -> assertThat(after.get(name)).isEqualTo(values));
        }
    }

    private static void checkTensors(AdaptedBlock adapted) throws IOException {
        for (TrainableTensor tensor : adapted.trainableTensors()) {
            if (!tensor.name().endsWith("attn.key.shift")) {
                float[] expected =
                        floats("adapter_after_training.npz", Parity.publishedName(tensor.name()));
                float[] actual = tensor.parameter().getArray().toFloatArray();
                assertThat(largestDifference(actual, expected)).as(tensor.name()).isLessThan(1e-5);
            }
        }
    }

    private static void checkMerged(VisionTransformer vit, AdaptedBlock adapted)
            throws IOException {
        try (VisionTransformer merged = vit.merged(adapted);
                TensorReader reader = TensorReader.open(Parity.file("merged_after_training.npz"))) {
            Map<String, float[]> weights = weights(merged);
            for (String name : reader.tensors().keySet()) {
                if (!name.endsWith("attn/key/bias")) {
                    String ours =
                            name.replace("transformer/encoder/layer/", "blocks/")
                                    .replace("/ffn/", "/mlp/")
                                    .replace('/', '.');
                    assertThat(largestDifference(weights.get(ours), reader.readFloats(name)))
                            .as(name)
                            .isLessThan(1e-5);
                }
            }
            assertThat(largestDifference(forward(merged), forward(adapted))).isLessThan(FORWARD);
        }
    }

    private static Map<String, float[]> weights(Block block) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Map.Entry<String, Parameter> entry : ModuleTree.of(block).parameters().entrySet()) {
            weights.put(entry.getKey(), entry.getValue().getArray().toFloatArray());
        }
        return weights;
    }

    @Test
    void positionEmbeddingsAreResizedByThePublishedRule() throws IOException {
        VitConfig larger = Parity.TINY.withImageSize(24, 24);
        try (VisionTransformer vit = VitCheckpoint.load(Parity.file("base_google.npz"), larger)) {
            assertThat(
                            largestDifference(
                                    weights(vit).get("pos_embed"),
                                    floats("posembed_6x6.npz", "pos_embedding")))
                    .isLessThan(1e-6);
        }
    }
}
