package io.github.rlrr.vit;

import static io.github.rlrr.vit.Parity.largest;
import static io.github.rlrr.vit.Parity.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.NpzWriter;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models in the files that their own libraries wrote, at their own image size and at an oblong one:
 * {@code parity/published/make_published.py} made them and the numbers, in float64.
 */
class PublishedFilesTest {

    private static final double TOLERANCE = 1e-5;

    @TempDir private Path folder;

    /** A copy in a folder, or of the one file that no configuration stands beside. */
    private Path copy(String name, String of) throws IOException {
        Path from = Parity.resource("published/" + name + "/" + of);
        Path to = Files.createDirectories(folder.resolve(name + "-" + of));
        Path file = to;
        try (Stream<Path> files = Files.list(from)) {
            for (Path each : files.toList()) {
                Path copied = to.resolve(Objects.requireNonNull(each.getFileName()).toString());
                Files.copy(each, copied);
                file = copied.toString().endsWith(".pth") ? copied : file;
            }
        }
        return file;
    }

    private static TensorReader numbers(String name) throws IOException {
        return TensorReader.open(Parity.resource("published/" + name + "/numbers.safetensors"));
    }

    /** Whether a file's outputs are those of its projection, which is loaded on request alone. */
    private static boolean isProjected(String name) {
        return name.endsWith("projection") || name.equals("open-clip-trunk");
    }

    private static VisionTransformer load(String name, Path path, VitConfig config)
            throws IOException {
        return isProjected(name)
                ? VitCheckpoint.loadProjected(path, config, Device.cpu())
                : VitCheckpoint.load(path, config);
    }

    /** Logits, or where the file has no head what one would see. */
    private static float[] outputs(VisionTransformer vit, String name, String prefix)
            throws IOException {
        try (TensorReader numbers = numbers(name);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = numbers.read(prefix + "images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return vit.config().classes() == 1
                    ? vit.embedding(store, images, false).toFloatArray()
                    : vit.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    private static void assertExact(VisionTransformer vit, String name, String prefix)
            throws IOException {
        try (TensorReader numbers = numbers(name)) {
            float[] expected = numbers.readFloats(prefix + "outputs");
            assertThat(largestDifference(outputs(vit, name, prefix), expected))
                    .isLessThan(TOLERANCE * largest(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "clip-vision, 1e-5, PRE_NORM NO_PATCH_BIAS QUICK_GELU",
        "clip-vision-5, 1e-3, PRE_NORM NO_PATCH_BIAS",
        "clip, 1e-5, PRE_NORM NO_PATCH_BIAS QUICK_GELU",
        "clip-classifier, 1e-5, PRE_NORM NO_PATCH_BIAS QUICK_GELU NO_FINAL_NORM NORMED_AVERAGE_POOLING",
        "siglip-vision, 1e-6, NO_CLASS_TOKEN ATTENTION_POOLING TANH_GELU",
        "siglip, 1e-6, NO_CLASS_TOKEN ATTENTION_POOLING TANH_GELU",
        "siglip-classifier, 1e-6, NO_CLASS_TOKEN NORMED_AVERAGE_POOLING",
        "open-clip, 1e-5, PRE_NORM NO_PATCH_BIAS",
        "open-clip-quick, 1e-5, PRE_NORM NO_PATCH_BIAS QUICK_GELU",
        "torchvision, 1e-6, ''",
        "torchvision-published, 1e-6, ''",
        "dinov2, 1e-6, LAYER_SCALE",
        "dinov2-registers, 1e-6, LAYER_SCALE REGISTERS",
        "dinov2-gated, 1e-6, LAYER_SCALE SWIGLU",
        "mae-pretrain, 1e-6, ''",
        "mae-finetuned, 1e-6, AVERAGE_POOLING",
        "big-vision, 1e-6, NO_CLASS_TOKEN ATTENTION_POOLING TANH_GELU",
        "big-vision-classifier, 1e-6, NO_CLASS_TOKEN NORMED_AVERAGE_POOLING TANH_GELU",
        "clip-projection, 1e-5, PRE_NORM NO_PATCH_BIAS QUICK_GELU",
        "open-clip-projection, 1e-5, PRE_NORM NO_PATCH_BIAS",
        "open-clip-trunk, 1e-6, ATTENTION_POOLING",
        "deit, 1e-12, REGISTERS REGISTER_POSITIONS",
        "deit-two-heads, 1e-12, DISTILLATION REGISTERS REGISTER_POSITIONS",
        "deit3, 1e-6, LAYER_SCALE PATCH_POSITIONS"
    })
    void itsOutputsAndGradientsAreTheLibrarys(String name, float epsilon, String variations)
            throws IOException {
        Path path = copy(name, "weights");
        VitConfig config = VitCheckpoint.inferConfig(path).withHeads(2);
        assertThat(String.join(" ", names(config))).isEqualTo(sorted(variations));
        assertThat(config.layerNormEpsilon()).isEqualTo(epsilon);
        try (VisionTransformer vit = load(name, path, config)) {
            assertExact(vit, name, "");
            assertGradients(vit, name);
        }
        // Plain ones' positions follow this library's own rule, see PositionEmbeddingTest.
        if (config.variations().stream().anyMatch(v -> v != VitVariation.AVERAGE_POOLING)
                && !name.startsWith("big-vision")) {
            try (VisionTransformer vit = load(name, path, config.withImageSize(12, 20))) {
                assertExact(vit, name, "oblong.");
            }
        }
    }

    private static List<String> names(VitConfig config) {
        return config.variations().stream().map(VitVariation::name).sorted().toList();
    }

    private static String sorted(String variations) {
        return String.join(" ", Stream.of(variations.split(" ", -1)).sorted().toList());
    }

    /** Of every parameter; the file of gradients is read as one of weights is. */
    private void assertGradients(VisionTransformer vit, String name) throws IOException {
        Path path = copy(name, "gradients");
        boolean headless = vit.config().classes() == 1;
        try (TensorReader numbers = numbers(name);
                VisionTransformer expected = load(name, path, vit.config());
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            float[] r = numbers.readFloats("r");
            if (headless) {
                parameters(vit).get("head.weight").getArray().set(r);
            }
            try (AdaptedBlock adapted = Rlrr.adapt(vit, new FullFineTuningConfig());
                    GradientCollector collector = manager.getEngine().newGradientCollector()) {
                ParameterStore store = new ParameterStore(manager, false);
                NDArray images = numbers.read("images", manager);
                NDArray outputs = adapted.forward(store, new NDList(images), true).head();
                NDArray weights = manager.create(headless ? new float[] {1} : r);
                collector.backward(outputs.mul(weights).sum());
                Map<String, Parameter> theirs = parameters(expected);
                assertThat(adapted.trainableTensors()).hasSameSizeAs(theirs.keySet());
                for (TrainableTensor tensor : adapted.trainableTensors()) {
                    boolean free = name.endsWith("projection") && tensor.name().equals("head.bias");
                    if (free || (headless && tensor.name().startsWith("head."))) {
                        continue; // which the file does not have
                    }
                    float[] found = tensor.parameter().getArray().getGradient().toFloatArray();
                    float[] wanted = theirs.get(tensor.name()).getArray().toFloatArray();
                    assertThat(largestDifference(found, wanted))
                            .as(tensor.name())
                            // A bias of keys moves nothing: its gradient is the others' rounding.
                            .isLessThan(
                                    tensor.name().endsWith("key.bias")
                                            ? 1e-3
                                            : TOLERANCE * Math.max(largest(wanted), 0.1));
                }
            }
        }
    }

    private static Map<String, Parameter> parameters(Block block) {
        return ModuleTree.of(block).parameters();
    }

    private List<Path> export(VisionTransformer vit, Path to, VitLayout layout) throws IOException {
        AdapterMetadata metadata =
                new AdapterMetadata(
                        "",
                        List.of(),
                        Preprocessing.vitDefault(8)
                                .withSize(vit.config().imageHeight(), vit.config().imageWidth())
                                .toMap());
        return VitCheckpoint.export(vit, to, layout, TensorType.F32, metadata);
    }

    @ParameterizedTest
    @CsvSource({
        "clip-classifier, clip, vision_model.post_layernorm",
        "siglip-classifier, siglip, vision_model.head"
    })
    void aClassifierIsWrittenAsItsClassHasIt(String name, String type, String unused)
            throws IOException {
        Path written = folder.resolve("written");
        Path path = copy(name, "weights");
        try (VisionTransformer vit = VitCheckpoint.load(path)) {
            export(vit, written, VitLayout.HUGGINGFACE);
            try (VisionTransformer back = VitCheckpoint.load(written)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(outputs(back, name, "")).isEqualTo(outputs(vit, name, ""));
            }
            VitConfig oblong = vit.config().withImageSize(8, 12);
            try (VisionTransformer other = VitCheckpoint.load(path, oblong)) {
                assertThatThrownBy(() -> export(other, written, VitLayout.HUGGINGFACE))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("images of 8x12 are not square");
            }
        }
        assertThat(written.resolve("config.json"))
                .content()
                .contains("\"model_type\": \"" + type + "\"", "ForImageClassification");
        try (TensorReader ours = TensorReader.open(written.resolve("model.safetensors"));
                TensorReader theirs = TensorReader.open(path.resolve("model.safetensors"))) {
            for (TensorInfo tensor : theirs.tensors().values()) {
                if (!tensor.name().startsWith(unused)) {
                    assertThat(ours.readFloats(tensor.name()))
                            .as(tensor.name())
                            .isEqualTo(theirs.readFloats(tensor.name()));
                }
            }
            assertThat(theirs.tensors().keySet()).containsAll(ours.tensors().keySet());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-vision", "siglip", "open-clip-quick", "big-vision"})
    void aTowerAloneIsWrittenForTimmAndHasNoClassOfHuggingFace(String name) throws IOException {
        Path written = folder.resolve("written");
        try (VisionTransformer vit = VitCheckpoint.load(copy(name, "weights"))) {
            assertThatThrownBy(() -> export(vit, written, VitLayout.HUGGINGFACE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has no classifier of this kind")
                    .hasMessageContaining("choose another layout, such as timm's");
            assertThat(written).doesNotExist();
            export(vit, written, VitLayout.TIMM);
            try (VisionTransformer back = VitCheckpoint.load(written)) {
                assertThat(back.config()).isEqualTo(vit.config());
                assertThat(outputs(back, name, "")).isEqualTo(outputs(vit, name, ""));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip-projection", "open-clip-projection", "open-clip-trunk"})
    void aProjectionIsDroppedUnlessItIsAskedFor(String name) throws IOException {
        Path path = copy(name, "weights");
        VitConfig config = VitCheckpoint.inferConfig(path).withHeads(2);
        assertThat(config.classes()).isEqualTo(1);
        try (VisionTransformer dropped = VitCheckpoint.load(path, config);
                VisionTransformer kept = VitCheckpoint.loadProjected(path, config, Device.cpu())) {
            assertThat(kept.config()).isEqualTo(config.withClasses(6));
            assertThat(dropped.config()).isEqualTo(config);
            // timm has it as its head.
            Path written = folder.resolve("written");
            export(kept, written, VitLayout.TIMM);
            try (VisionTransformer back = VitCheckpoint.load(written)) {
                assertThat(outputs(back, name, "")).isEqualTo(outputs(kept, name, ""));
            }
        }
    }

    @Test
    void aProjectionThatIsNotThereIsNamed() throws IOException {
        Path path = copy("siglip-vision", "weights");
        VitConfig config = VitCheckpoint.inferConfig(path);
        assertThatThrownBy(() -> VitCheckpoint.loadProjected(path, config, Device.cpu()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no projection of what its image tower gives")
                .hasMessageContaining("visual_projection.weight");
    }

    /** Its own layer, as most have it whose pooling is the architecture's. */
    @Test
    void aTowerOfTimmsMayHaveItsProjectionBesideIt() throws IOException {
        Path path = copy("open-clip-trunk", "weights");
        Path weights = path.resolve("open_clip_pytorch_model.bin");
        Path changed = path.resolve("open_clip_model.safetensors");
        float[] bias;
        try (TensorReader reader = TensorReader.open(weights)) {
            bias = reader.readFloats("visual.trunk.head.bias");
        }
        Renamed.write(
                weights,
                changed,
                name ->
                        name.equals("visual.trunk.head.bias")
                                ? ""
                                : name.replace("visual.trunk.head.", "visual.head.proj."));
        Files.delete(weights);
        VitConfig config = VitCheckpoint.inferConfig(path);
        try (VisionTransformer vit = VitCheckpoint.loadProjected(path, config, Device.cpu());
                TensorReader numbers = numbers("open-clip-trunk")) {
            float[] found = outputs(vit, "open-clip-trunk", "");
            float[] expected = numbers.readFloats("outputs");
            for (int i = 0; i < expected.length; i++) {
                expected[i] -= bias[i % bias.length];
            }
            assertThat(largestDifference(found, expected))
                    .isLessThan(TOLERANCE * largest(expected));
        }
        Preprocessing said = VitCheckpoint.describe(path).preprocessing().orElseThrow();
        assertThat(said.std()).containsExactly(0.5f, 0.4f, 0.3f);
        assertThat(said.crop()).isEqualTo(Crop.NONE);
    }

    @Test
    void aTowerOfTimmsThatIsSaidToBeOtherwiseIsRefused() throws IOException {
        Path path = copy("open-clip-trunk", "weights");
        Path said = path.resolve("open_clip_config.json");
        String text = Files.readString(said);
        Files.writeString(said, text.replace("\"timm_pool\": \"map\"", "\"timm_pool\": \"token\""));
        assertRefused(path, "global_pool is \"token\"", "expected files that belong together");
        Files.writeString(said, text.replace("\"timm_pool\"", "\"timm_new\": 1, \"timm_pool\""));
        assertRefused(path, "model_cfg.vision_cfg.timm_new is 1, a variation");
    }

    /** DINOv2's own training keeps blocks in chunks, each under its number in the whole. */
    @Test
    void blocksInChunksAreRead() throws IOException {
        Path chunks = folder.resolve("chunks.safetensors");
        Path whole = copy("dinov2", "weights");
        Renamed.write(
                whole,
                chunks,
                name ->
                        "teacher.backbone."
                                + name.replaceFirst("^blocks\\.(\\d+)", "blocks.$1.$1"));
        assertSame(whole, chunks, "dinov2");
        Renamed.write(whole, chunks, name -> name.replaceFirst("^blocks\\.(\\d+)", "blocks.$1.0"));
        assertRefused(chunks, "are one name");
    }

    /** What big_vision's {@code scan} leaves: a tensor holds what all blocks have. */
    @ParameterizedTest
    @ValueSource(
            strings = {"big-vision/weights/siglip.npz", "big-vision-classifier/weights/vit.npz"})
    void blocksInOneTensorAreRead(String name) throws IOException {
        Path apart = Parity.resource("published/" + name);
        Path together = folder.resolve("together.npz");
        Map<String, NDArray> stacked = new TreeMap<>();
        try (TensorReader reader = TensorReader.open(apart);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (String tensor : reader.tensors().keySet()) {
                if (tensor.contains("/encoderblock_0/")) {
                    NDArray first = reader.read(tensor, manager);
                    NDArray second = reader.read(tensor.replace("block_0", "block_1"), manager);
                    stacked.put(
                            tensor.replace("encoderblock_0", "encoderblock"),
                            NDArrays.stack(new NDList(first, second)));
                } else if (!tensor.contains("/encoderblock_")) {
                    stacked.put(tensor, reader.read(tensor, manager));
                }
            }
            NpzWriter.write(together, stacked, TensorType.F32);
        }
        assertSame(apart, together, name.substring(0, name.indexOf('/')));
    }

    private static void assertSame(Path one, Path other, String name) throws IOException {
        VitConfig config = VitCheckpoint.inferConfig(one);
        assertThat(VitCheckpoint.inferConfig(other)).isEqualTo(config);
        try (VisionTransformer first = VitCheckpoint.load(one, config);
                VisionTransformer second = VitCheckpoint.load(other, config)) {
            assertThat(outputs(second, name, "")).isEqualTo(outputs(first, name, ""));
        }
    }

    @Test
    void whetherTheSameNamesAreTurnedMustBeSaid() throws IOException {
        Path deit3 = copy("deit3", "weights");
        Files.delete(deit3.resolve("config.json"));
        assertRefused(
                deit3,
                "does not say whether queries and keys are turned",
                "{\"architecture\": \"deit3_base_patch16_224\"}, and call it pytorch_model.bin");
    }

    private void assertRefused(Path path, String... words) {
        assertThatThrownBy(() -> VitCheckpoint.load(path).close())
                .isInstanceOf(IOException.class)
                .message()
                .contains(words)
                .hasLineCount(1);
    }

    @Test
    void whatNoTensorShowsMustBeSaid() throws IOException {
        Path clip = copy("clip-vision", "weights");
        Files.delete(clip.resolve("config.json"));
        assertRefused(clip, "does not say which GELU its MLPs have", "config.json");
        Path openClip = copy("open-clip", "weights");
        Files.delete(openClip.resolve("open_clip_config.json"));
        assertRefused(openClip, "does not say which GELU", "open_clip_config.json");
    }

    @Test
    void aConfigurationOfAnotherFamilyIsRefused() throws IOException {
        Path clip = copy("clip-classifier", "weights");
        Path siglip = copy("siglip-vision", "weights").resolve("config.json");
        Files.copy(siglip, clip.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused(clip, "is of Hugging Face SigLIP", "has names of Hugging Face CLIP");
        Files.writeString(clip.resolve("config.json"), "{\"model_type\": \"vit\"}");
        assertRefused(clip, "is of another family", "has names of Hugging Face CLIP");
        Files.writeString(clip.resolve("config.json"), "{\"model_type\": \"siglip2\"}");
        assertRefused(clip, "model_type", "NaFlex");
    }

    @Test
    void aConfigurationThatSaysMoreThanThisReadsIsRefused() throws IOException {
        Path clip = copy("clip-vision", "weights");
        Path said = clip.resolve("config.json");
        String text = Files.readString(said);
        Files.writeString(said, text.replace("quick_gelu", "relu"));
        assertRefused(clip, "hidden_act", "another activation than GELU");
        Files.writeString(said, text.replace("\"hidden_size\": 16", "\"hidden_size\": 32"));
        assertRefused(clip, "hidden_size is 32", "width 16");
        Path openClip = copy("open-clip", "weights");
        Path other = openClip.resolve("open_clip_config.json");
        Files.writeString(
                other,
                Files.readString(other)
                        .replace("\"layers\"", "\"pool_type\": \"avg\", \"layers\""));
        assertRefused(openClip, "model_cfg.vision_cfg.pool_type", "other than \"tok\"");
        Files.writeString(
                other,
                Files.readString(other).replaceAll("\"layers\": \\d+", "\"layers\": [3, 4, 6, 3]"));
        assertRefused(openClip, "model_cfg.vision_cfg.layers is [3,4,6,3], a ResNet");
    }

    @Test
    void metaClip2IsAClipOfAnotherName() throws IOException {
        Path clip = copy("clip", "weights");
        Path said = clip.resolve("config.json");
        try (VisionTransformer one = VitCheckpoint.load(clip)) {
            Files.writeString(said, Files.readString(said).replace("\"clip", "\"metaclip_2"));
            try (VisionTransformer other = VitCheckpoint.load(clip)) {
                assertThat(outputs(other, "clip", "")).isEqualTo(outputs(one, "clip", ""));
            }
        }
    }

    @Test
    void anActivationIsReadFromTheConfiguration() throws IOException {
        Path clip = copy("clip-vision", "weights");
        Path said = clip.resolve("config.json");
        try (VisionTransformer quick = VitCheckpoint.load(clip)) {
            Files.writeString(said, Files.readString(said).replace("quick_gelu", "gelu"));
            try (VisionTransformer exact = VitCheckpoint.load(clip)) {
                assertThat(outputs(exact, "clip-vision", ""))
                        .isNotEqualTo(outputs(quick, "clip-vision", ""));
            }
        }
    }

    @Test
    void openClipSaysHowImagesArePrepared() throws IOException {
        Preprocessing said =
                VitCheckpoint.describe(copy("open-clip", "weights")).preprocessing().orElseThrow();
        assertThat(said.mean()).containsExactly(0.5f, 0.4f, 0.3f);
        assertThat(said.crop()).isEqualTo(new Crop(Crop.Mode.CENTER, 1));
    }

    /** timm has it with the position of the class token added to the token. */
    @Test
    void dinoV2WithRegistersIsWrittenForTimm() throws IOException {
        Path written = folder.resolve("written");
        Path path = copy("dinov2-registers", "weights");
        VitConfig config = VitCheckpoint.inferConfig(path).withHeads(2);
        try (VisionTransformer vit = VitCheckpoint.load(path, config)) {
            export(vit, written, VitLayout.TIMM);
        }
        try (VisionTransformer back = VitCheckpoint.load(written);
                TensorReader tensors = TensorReader.open(written.resolve("model.safetensors"))) {
            assertThat(names(back.config()))
                    .containsExactly("LAYER_SCALE", "PATCH_POSITIONS", "REGISTERS");
            assertThat(tensors.tensors().get("pos_embed").shape().get(1)).isEqualTo(4);
            assertExact(back, "dinov2-registers", "");
        }
        try (VisionTransformer oblong =
                VitCheckpoint.load(
                        written, VitCheckpoint.inferConfig(written).withImageSize(12, 20))) {
            assertExact(oblong, "dinov2-registers", "oblong.");
        }
    }

    @Test
    void weightsInSeveralFilesAreRead() throws IOException {
        Path hub = copy("clip-classifier", "weights");
        try (VisionTransformer whole = VitCheckpoint.load(hub)) {
            StringBuilder list = new StringBuilder("{\"weight_map\": {");
            try (TensorReader reader = TensorReader.open(hub.resolve("model.safetensors"));
                    NDManager manager = NDManager.newBaseManager("PyTorch")) {
                List<Map<String, NDArray>> parts = List.of(new TreeMap<>(), new TreeMap<>());
                for (String name : reader.tensors().keySet()) {
                    int part = name.startsWith("vision_model.encoder") ? 1 : 0;
                    parts.get(part).put(name, reader.read(name, manager));
                    list.append("\"%s\": \"part%s.safetensors\",".formatted(name, part));
                }
                for (int part = 0; part < 2; part++) {
                    Path file = hub.resolve("part" + part + ".safetensors");
                    SafetensorsWriter.write(file, parts.get(part), Map.of(), TensorType.F32);
                }
            }
            Files.delete(hub.resolve("model.safetensors"));
            list.setLength(list.length() - 1);
            Path index = hub.resolve("model.safetensors.index.json");
            Files.writeString(index, list + "}}");
            for (Path path : List.of(hub, index)) {
                try (VisionTransformer parts = VitCheckpoint.load(path)) {
                    assertThat(outputs(parts, "clip-classifier", ""))
                            .isEqualTo(outputs(whole, "clip-classifier", ""));
                }
            }
        }
        byte[] part = Files.readAllBytes(hub.resolve("part1.safetensors"));
        Files.write(hub.resolve("part1.safetensors"), Arrays.copyOf(part, part.length - 4));
        assertRefused(hub, "part1.safetensors", "the file is cut short");
    }

    @Test
    void aProcessorOfImagesAndTextsSaysHowImagesArePrepared() throws IOException {
        Path clip = copy("clip", "weights");
        Files.writeString(
                clip.resolve("processor_config.json"),
                """
                {"processor_class": "CLIPProcessor",
                 "image_processor": {"image_processor_type": "CLIPImageProcessor",
                   "do_center_crop": true, "crop_size": {"height": 8, "width": 8},
                   "size": {"shortest_edge": 8}, "resample": 3,
                   "image_mean": [0.48, 0.46, 0.41], "image_std": [0.27, 0.26, 0.28]}}
                """);
        Preprocessing said = VitCheckpoint.describe(clip).preprocessing().orElseThrow();
        assertThat(said.mean()).containsExactly(0.48f, 0.46f, 0.41f);
        assertThat(said.crop()).isEqualTo(new Crop(Crop.Mode.CENTER, 1));
    }

    @Test
    void aTableOfPositionsOfAnotherSizeIsRefused() throws IOException {
        Path clip = copy("clip-vision", "weights");
        Path said = clip.resolve("config.json");
        Files.writeString(
                said, Files.readString(said).replace("\"image_size\": 8", "\"image_size\": 12"));
        assertRefused(clip, "has 5 position embeddings", "says 12x12 pixels in patches of 4");
    }
}
