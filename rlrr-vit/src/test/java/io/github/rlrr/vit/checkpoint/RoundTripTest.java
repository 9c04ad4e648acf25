package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is what is read, in every layout. */
class RoundTripTest {

    private static final VitConfig TINY = new VitConfig(16, 16, 4, 32, 3, 4, 64, 5, 1e-6f);
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "é <&>");
    private static final Preprocessing CROPPED =
            new Preprocessing(
                    16,
                    16,
                    Interpolation.BILINEAR,
                    List.of(0.485f, 0.456f, 0.406f),
                    List.of(0.229f, 0.224f, 0.225f),
                    Crop.of(Crop.Mode.CENTER, 16, 18));

    @TempDir private Path folder;

    private static void assertSameWeights(VisionTransformer actual, VisionTransformer expected) {
        Map<String, float[]> weights = TinyFiles.weights(expected);
        assertThat(TinyFiles.weights(actual)).hasSameSizeAs(weights);
        TinyFiles.weights(actual)
                .forEach(
                        (name, values) -> assertThat(values).as(name).isEqualTo(weights.get(name)));
    }

    @ParameterizedTest
    @EnumSource
    void everyWeightComesBackBitForBit(VitLayout layout) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(TinyFiles.parity("base_google.npz"))) {
            Path file = folder.resolve("weights");
            VitCheckpoint.save(vit, file, layout, TensorType.F32);
            try (VisionTransformer back = VitCheckpoint.load(file)) {
                assertSameWeights(back, vit);
                assertThat(back.config().heads()).isEqualTo(4);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GOOGLE, base_google.npz",
        "TIMM, base_timm.safetensors",
        "HUGGINGFACE, base_huggingface.safetensors"
    })
    void theFileHasTheNamesShapesAndValuesOfTheLayoutsOwn(VitLayout layout, String original)
            throws IOException {
        Path file = folder.resolve("weights");
        try (VisionTransformer vit = VitCheckpoint.load(TinyFiles.parity("base_google.npz"))) {
            VitCheckpoint.save(vit, file, layout, TensorType.F32);
        }
        try (TensorReader ours = TensorReader.open(file);
                TensorReader theirs = TensorReader.open(TinyFiles.parity(original))) {
            assertThat(ours.tensors()).containsExactlyInAnyOrderEntriesOf(theirs.tensors());
            for (TensorInfo tensor : theirs.tensors().values()) {
                assertThat(ours.readFloats(tensor.name()))
                        .as(tensor.name())
                        .isEqualTo(theirs.readFloats(tensor.name()));
            }
        }
    }

    private static AdapterMetadata metadata(Preprocessing preprocessing, List<String> names) {
        return new AdapterMetadata("", names, preprocessing.toMap());
    }

    @ParameterizedTest
    @EnumSource
    void aFolderSaysGeometryPreprocessingAndClasses(VitLayout layout) throws IOException {
        VitConfig odd = TINY.withImageSize(16, 16).withLayerNormEpsilon(1e-5f);
        try (VisionTransformer vit = VitCheckpoint.load(TinyFiles.parity("base_google.npz"), odd)) {
            List<Path> files =
                    VitCheckpoint.export(
                            vit,
                            folder,
                            layout,
                            TensorType.F16,
                            metadata(CROPPED, NAMES).withRejectBelow(0.625));
            assertThat(files).allMatch(Files::exists);
            CheckpointDescription said = VitCheckpoint.describe(folder);
            assertThat(said.config()).isEqualTo(odd);
            assertThat(said.preprocessing()).contains(CROPPED);
            assertThat(said.classNames()).isEqualTo(NAMES);
            assertThat(said.rejectBelow()).isEqualTo(0.625);
            try (VisionTransformer back = VitCheckpoint.load(folder)) {
                // float16 keeps 11 bits.
                float[] theirs = TinyFiles.weights(back).get("blocks.1.mlp.fc2.weight");
                float[] ours = TinyFiles.weights(vit).get("blocks.1.mlp.fc2.weight");
                for (int i = 0; i < ours.length; i++) {
                    assertThat(Math.abs(theirs[i] - ours[i]))
                            .isLessThanOrEqualTo(Math.abs(ours[i]) * 0x1p-11f + 0x1p-25f);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aModelForOblongImagesComesBackOblong(VitLayout layout) throws IOException {
        VitConfig wide = TINY.withImageSize(8, 32);
        Preprocessing squash = Preprocessing.vitDefault(16).withSize(8, 32);
        try (VisionTransformer vit =
                VitCheckpoint.load(TinyFiles.parity("base_google.npz"), wide)) {
            VitCheckpoint.export(vit, folder, layout, TensorType.F32, metadata(squash, List.of()));
            assertThat(VitCheckpoint.describe(folder).config()).isEqualTo(wide);
            assertThat(VitCheckpoint.describe(folder).preprocessing()).contains(squash);
            try (VisionTransformer back = VitCheckpoint.load(folder)) {
                assertSameWeights(back, vit);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GOOGLE", "HUGGINGFACE"})
    void aLayoutThatHasNoNameForAPartIsRefused(VitLayout layout) throws IOException {
        Path file = folder.resolve("weights");
        Path scaled = TinyFiles.resource("/parity/timm/layer-scale.safetensors");
        try (VisionTransformer vit = VitCheckpoint.load(scaled)) {
            assertThatThrownBy(() -> VitCheckpoint.save(vit, file, layout, TensorType.F32))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "the layout of %s has no model with [LAYER_SCALE]; choose another"
                                            .formatted(layout.tables().get(0).label())
                                    + " layout, such as timm's");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aFolderIsNotWrittenWithSizesOrNamesOfAnotherModel() throws IOException {
        Path target = folder.resolve("none");
        try (VisionTransformer vit = VitCheckpoint.load(TinyFiles.parity("base_google.npz"))) {
            assertThatThrownBy(
                            () ->
                                    VitCheckpoint.export(
                                            vit,
                                            target,
                                            VitLayout.TIMM,
                                            TensorType.F32,
                                            metadata(CROPPED.withSize(24, 24), NAMES)))
                    .hasMessage("the preprocessing gives images of 24x24, the model expects 16x16");
            assertThatThrownBy(
                            () ->
                                    VitCheckpoint.export(
                                            vit,
                                            target,
                                            VitLayout.TIMM,
                                            TensorType.F32,
                                            metadata(CROPPED, List.of("a"))))
                    .hasMessageContaining("1 class names, expected one for each");
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void anAdapterOfOneFileFitsTheSameWeightsInTheOtherLayoutsAndNoOthers() throws IOException {
        Path adapter = folder.resolve("adapter");
        try (VisionTransformer vit = VitCheckpoint.load(TinyFiles.parity("base_google.npz"));
                AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            adapted.save(adapter, new AdapterMetadata());
        }
        for (String file : List.of("base_timm.safetensors", "base_huggingface.safetensors")) {
            try (VisionTransformer vit = VitCheckpoint.load(TinyFiles.parity(file), TINY);
                    AdaptedBlock adapted = Rlrr.load(vit, adapter)) {
                assertThat(adapted.trainableTensors()).isNotEmpty();
            }
        }
        try (VisionTransformer rounded =
                VitCheckpoint.load(TinyFiles.parity("base_timm_bf16.safetensors"), TINY)) {
            assertThatThrownBy(() -> Rlrr.load(rounded, adapter))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was trained on another base");
        }
    }
}
