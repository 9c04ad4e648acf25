package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Networks that turn queries and keys by the places of their patches, equal to timm's at their own
 * image size and at an oblong one: {@code parity/rotary/make_rotary.py} made the numbers.
 */
class RotaryTest {

    private static final double TOLERANCE = 1e-5;

    /** Sums of float32 in another order: processors differ by half of this. */
    private static final double GRADIENTS = 3e-5;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dinov3",
                "dinov3-biases",
                "dinov3-gated",
                "lingbot",
                "eva02",
                "eva02-clip",
                "eva02-packed",
                "axial",
                "axial-placed",
                "learned",
                "learned-placed",
                "pooled",
                "pooled-patches",
                "spatial",
                "grouped",
                "registers"
            })
    void itGivesTimmsLogitsAndGradientsAtBothSizes(String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(RotaryCases.hub(folder, name));
        assertThat(config.rotary()).isNotNull();
        assertExact(name, "", config, "12");
        assertExact(name, "oblong.", config.withImageSize(8, 16), "[8, 16]");
    }

    private void assertExact(String name, String size, VitConfig config, String imageSize)
            throws IOException {
        Path gradients =
                RotaryCases.hub(
                        folder, name, name + "." + size + "gradients.safetensors", imageSize);
        try (TensorReader numbers = RotaryCases.numbers(name);
                VisionTransformer vit = VitCheckpoint.load(RotaryCases.hub(folder, name), config);
                VisionTransformer expected = VitCheckpoint.load(gradients);
                AdaptedBlock adapted = Rlrr.adapt(vit, new FullFineTuningConfig());
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            float[] expectedLogits = numbers.readFloats(size + "logits");
            double scale = largest(expectedLogits);
            assertThat(largestDifference(RotaryCases.logits(vit, name, size), expectedLogits))
                    .isLessThan(TOLERANCE * scale);
            ParameterStore store = new ParameterStore(manager, false);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDList images = new NDList(numbers.read(size + "images", manager));
                NDList logits = adapted.forward(store, images, true);
                assertThat(largestDifference(logits.head().toFloatArray(), expectedLogits))
                        .isLessThan(TOLERANCE * scale);
                NDList labels = new NDList(numbers.read(size + "labels", manager));
                collector.backward(new SoftmaxCrossEntropyLoss().evaluate(labels, logits));
            }
            Map<String, Parameter> parameters = ModuleTree.of(expected).parameters();
            assertThat(adapted.trainableTensors()).hasSameSizeAs(parameters.keySet());
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] values = parameters.get(tensor.name()).getArray().toFloatArray();
                float[] actual = tensor.parameter().getArray().getGradient().toFloatArray();
                assertThat(largestDifference(actual, values))
                        .as(tensor.name())
                        .isLessThan(GRADIENTS * Math.max(largest(values), 0.01));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dinov3",
                "dinov3-biases",
                "dinov3-gated",
                "eva02",
                "eva02-clip",
                "eva02-packed",
                "axial-placed",
                "learned",
                "learned-placed",
                "pooled",
                "pooled-patches",
                "spatial",
                "grouped",
                "registers"
            })
    void whatIsWrittenForTimmIsWhatTimmWroteAndSaysTheRotation(String name) throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata("", List.of(), Preprocessing.vitDefault(12).toMap());
        Path written = folder.resolve("written");
        Path alone = folder.resolve("alone.safetensors");
        try (VisionTransformer vit = VitCheckpoint.load(RotaryCases.hub(folder, name))) {
            VitCheckpoint.export(vit, written, VitLayout.TIMM, TensorType.F32, metadata);
            VitCheckpoint.save(vit, alone, VitLayout.TIMM, TensorType.F32);
            try (VisionTransformer back = VitCheckpoint.load(written)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(RotaryCases.logits(back, name, ""))
                        .isEqualTo(RotaryCases.logits(vit, name, ""));
            }
            // What neither tensors nor metadata tell is not guessed at.
            if (!vit.config().has(VitVariation.PREFIX_POOLING)
                    && !vit.config().has(VitVariation.NO_FINAL_NORM)) {
                VitConfig read = VitCheckpoint.inferConfig(alone);
                assertThat(read.rotary()).isEqualTo(vit.config().rotary());
                assertThat(read.pooling()).isEqualTo(vit.config().pooling());
            }
        }
        try (TensorReader ours = TensorReader.open(written.resolve("model.safetensors"));
                TensorReader theirs = TensorReader.open(RotaryCases.file(name + ".safetensors"))) {
            assertThat(ours.tensors()).containsExactlyInAnyOrderEntriesOf(theirs.tensors());
            for (TensorInfo tensor : theirs.tensors().values()) {
                assertThat(ours.readFloats(tensor.name()))
                        .as(tensor.name())
                        .isEqualTo(theirs.readFloats(tensor.name()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lingbot", "axial-placed", "learned", "eva02-clip", "grouped"})
    void theClassTokensShortcutAndHalfPrecisionTurnToo(String name) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(RotaryCases.hub(folder, name));
                VisionTransformer half = vit.withHalfWeights()) {
            assertThat(vit.config().parts().leavingTokens()).isEqualTo(1);
            float[] exact = RotaryCases.logits(vit, name, "");
            double scale = largest(exact);
            assertThat(largestDifference(RotaryCases.logits(half, name, ""), exact))
                    .isLessThan(0.01 * scale);
            float[] rounded = RotaryCases.logits(vit.withPrecision(Precision.BFLOAT16), name, "");
            assertThat(largestDifference(rounded, exact)).isGreaterThan(0).isLessThan(0.1 * scale);
        }
    }
}
