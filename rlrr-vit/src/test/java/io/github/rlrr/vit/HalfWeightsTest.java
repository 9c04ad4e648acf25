package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that holds its blocks' matrices in float16. */
class HalfWeightsTest {

    /** The same float32 operations on the same values, but for where a sum begins. */
    private static final double FLOAT32 = 1e-5;

    private static final String ADAPTER = "adapter_initial.npz";
    private static final String MATRIX = "blocks.1.attn.query.weight";

    private VisionTransformer whole;
    private VisionTransformer half;
    private NDManager manager;

    @BeforeEach
    void load() throws IOException {
        whole = Parity.tiny();
        half = whole.withHalfWeights();
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
        half.close();
        whole.close();
    }

    private static Map<String, NDArray> arrays(Block block) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        ModuleTree.of(block).parameters().forEach((path, p) -> arrays.put(path, p.getArray()));
        return arrays;
    }

    /** A float32 model of the values that the other holds. */
    private static VisionTransformer widened(VisionTransformer vit) {
        NDManager own = NDManager.newBaseManager();
        Map<String, NDArray> weights = new LinkedHashMap<>();
        arrays(vit)
                .forEach(
                        (path, array) -> {
                            NDArray wide = array.toType(DataType.FLOAT32, true);
                            wide.attach(own);
                            weights.put(path, wide);
                        });
        return VisionTransformer.of(vit.config(), weights, own);
    }

    private float[] logits(Block block) throws IOException {
        NDArray images = manager.create(Parity.floats("io.npz", "images"), new Shape(4, 3, 16, 16));
        return block.forward(new ParameterStore(manager, false), new NDList(images), false)
                .head()
                .toFloatArray();
    }

    private static void assertClose(float[] actual, float[] expected, double tolerance) {
        double scale = Parity.largest(expected);
        assertThat(Parity.largestDifference(actual, expected)).isLessThan(tolerance * scale);
    }

    private static Map<String, float[]> trained(AdaptedBlock adapted) throws IOException {
        FineTuner.builder(adapted).dataset(Parity.data()).batchSize(4).epochs(4).build().fit();
        Map<String, float[]> tensors = new LinkedHashMap<>();
        adapted.trainableTensors()
                .forEach(t -> tensors.put(t.name(), t.parameter().getArray().toFloatArray()));
        return tensors;
    }

    @Test
    void matricesOfTheBlocksAreFloat16AndNothingElseIs() {
        arrays(half)
                .forEach(
                        (path, array) -> {
                            boolean matrix =
                                    path.matches("blocks\\..*(query|key|value|out|fc.)\\.weight");
                            assertThat(array.getDataType())
                                    .as(path)
                                    .isEqualTo(matrix ? DataType.FLOAT16 : DataType.FLOAT32);
                        });
        arrays(whole).forEach((path, a) -> assertThat(a.getDataType()).isEqualTo(DataType.FLOAT32));
    }

    @Test
    void weightsAreRoundedToElevenBits() {
        float[] exact = Objects.requireNonNull(arrays(whole).get(MATRIX)).toFloatArray();
        try (VisionTransformer wide = widened(half)) {
            float[] rounded = Objects.requireNonNull(arrays(wide).get(MATRIX)).toFloatArray();
            assertThat(rounded).isNotEqualTo(exact);
            for (int i = 0; i < exact.length; i++) {
                // Below 2⁻¹⁴ float16 has a fixed step of 2⁻²⁴.
                double step = Math.max(Math.abs(exact[i]) * Math.pow(2, -11), Math.pow(2, -25));
                assertThat(Math.abs((double) rounded[i] - exact[i])).isLessThanOrEqualTo(step);
            }
        }
    }

    @Test
    void computesAsAFloat32ModelOfTheRoundedWeights() throws IOException {
        try (VisionTransformer wide = widened(half);
                AdaptedBlock adapted = Parity.adapted(half, ADAPTER);
                AdaptedBlock expected = Parity.adapted(wide, ADAPTER)) {
            assertClose(logits(half), logits(wide), FLOAT32);
            assertClose(logits(adapted), logits(expected), FLOAT32);
        }
    }

    @Test
    void trainsAsAFloat32ModelOfTheRoundedWeightsAndLeavesThemAlone() throws IOException {
        Map<String, byte[]> before = new LinkedHashMap<>();
        arrays(half).forEach((path, array) -> before.put(path, array.toByteArray()));
        try (VisionTransformer wide = widened(half);
                AdaptedBlock adapted = Parity.adapted(half, ADAPTER);
                AdaptedBlock expected = Parity.adapted(wide, ADAPTER)) {
            Map<String, float[]> actual = trained(adapted);
            trained(expected)
                    .forEach(
                            (name, values) ->
                                    assertClose(
                                            Objects.requireNonNull(actual.get(name)),
                                            values,
                                            1e-3)); // AdamW's first steps magnify rounding
        }
        arrays(half).forEach((path, a) -> assertThat(a.toByteArray()).isEqualTo(before.get(path)));
    }

    @Test
    void whatIsMergedIsFloat32AndAnswersTheSame() throws IOException {
        try (AdaptedBlock adapted = Parity.adapted(half, ADAPTER);
                VisionTransformer merged = half.merged(adapted)) {
            arrays(merged)
                    .forEach((p, a) -> assertThat(a.getDataType()).isEqualTo(DataType.FLOAT32));
            assertClose(logits(merged), logits(adapted), FLOAT32);
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodReadsThemAsFloat32(AdapterMethod method) throws IOException {
        AdapterConfig config =
                method.configure(
                        method.name().equals("arc") ? Map.of("bottleneck", "16") : Map.of(), 3);
        try (VisionTransformer wide = widened(half);
                AdaptedBlock adapted = Rlrr.adapt(half, config);
                AdaptedBlock expected = Rlrr.adapt(wide, config)) {
            assertClose(logits(adapted), logits(expected), FLOAT32);
            float[] before = logits(adapted);
            trained(adapted);
            assertThat(logits(adapted)).isNotEqualTo(before);
        }
    }

    static Collection<AdapterMethod> methods() {
        return AdapterMethods.all().values();
    }

    @Test
    void fullFineTuningTrainsFloat32Tensors() throws IOException {
        try (AdaptedBlock adapted = Rlrr.adapt(half, new FullFineTuningConfig())) {
            float[] before = logits(adapted);
            assertClose(before, logits(half), FLOAT32);
            assertThat(trained(adapted)).containsKey(MATRIX);
            assertThat(logits(adapted)).isNotEqualTo(before);
        }
    }

    @Test
    void anAdapterOfTheFloat32ModelIsRefused(@TempDir Path folder) throws IOException {
        try (AdaptedBlock adapted = Parity.adapted(whole, ADAPTER)) {
            adapted.save(folder, new AdapterMetadata("tiny", List.of(), Map.of()));
        }
        assertThatThrownBy(() -> Rlrr.load(half, folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("held in the same type");
    }

    @ParameterizedTest
    @ValueSource(strings = {MATRIX, "blocks.1.attn.query.bias", "head.weight"})
    void sharesNoMemoryWithWhatItWasMadeFrom(String path) {
        NDArray before = Objects.requireNonNull(arrays(whole).get(path));
        NDArray after = Objects.requireNonNull(arrays(half).get(path));
        byte[] values = after.toByteArray();
        before.muli(2).addi(1);
        assertThat(after.toByteArray()).isEqualTo(values);
    }

    @Test
    void aWeightThatFloat16CannotHoldIsNamed() {
        Parameter weight = Objects.requireNonNull(ModuleTree.of(whole).parameters().get(MATRIX));
        weight.getArray().muli(1e9f);
        assertThatThrownBy(whole::withHalfWeights)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(MATRIX)
                .hasMessageContaining("more than float16's 65504.0");
    }

    @Test
    void aCheckpointIsReadIntoTheSameModel(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.safetensors");
        VitCheckpoint.save(whole, file, VitLayout.TIMM, TensorType.F32);
        try (VisionTransformer read = VitCheckpoint.loadHalf(file, whole.config(), Device.cpu())) {
            Map<String, NDArray> expected = arrays(half);
            Map<String, NDArray> found = arrays(read);
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            expected.forEach(
                    (path, array) -> {
                        NDArray other = Objects.requireNonNull(found.get(path));
                        assertThat(other.getDataType()).as(path).isEqualTo(array.getDataType());
                        assertThat(other.toByteArray()).as(path).isEqualTo(array.toByteArray());
                    });
        }
    }

    @Test
    void aFileWithAWeightThatFloat16CannotHoldIsNamed(@TempDir Path folder) throws IOException {
        Objects.requireNonNull(arrays(whole).get(MATRIX)).muli(1e9f);
        Path file = folder.resolve("large.safetensors");
        VitCheckpoint.save(whole, file, VitLayout.TIMM, TensorType.F32);
        assertThatThrownBy(() -> VitCheckpoint.loadHalf(file, whole.config(), Device.cpu()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + ": " + MATRIX + " holds");
    }
}
