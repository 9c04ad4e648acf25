package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.ModuleTree;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Geometry;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a Vision Transformer from a file: Google's npz, timm's or Hugging Face's safetensors, told
 * apart by the names in it. float16 and bfloat16 become float32.
 */
public final class VitCheckpoint {

    private static final Logger LOG = LoggerFactory.getLogger(VitCheckpoint.class);

    /** The width of a head in most Vision Transformers. */
    private static final int USUAL_HEAD_WIDTH = 64;

    private static final List<CheckpointLayout> LAYOUTS =
            List.of(new GoogleLayout(), new TimmLayout(), new HuggingFaceLayout());

    private VitCheckpoint() {}

    /**
     * Loads a checkpoint of the geometry that its shapes tell, see {@link #inferConfig}.
     *
     * @param file the checkpoint
     * @return the model on the CPU, with the file's head; close it when done
     * @throws IOException in one line when the file is missing, damaged or not a Vision Transformer
     */
    public static VisionTransformer load(Path file) throws IOException {
        return load(file, inferConfig(file));
    }

    /**
     * Reads a checkpoint's geometry off its tensors' shapes; a square image is assumed. Where the
     * shapes do not tell how many heads there are (timm, Hugging Face), a metadata entry {@code
     * heads}, the preset of that width or else 64 values a head are taken; the last is warned of.
     *
     * @param file the checkpoint
     * @return the geometry, with the file's number of classes
     * @throws IOException in one line when the file is missing, damaged or not a Vision Transformer
     */
    public static VitConfig inferConfig(Path file) throws IOException {
        try (TensorReader reader = TensorReader.open(file)) {
            return inferred(reader, layout(reader));
        }
    }

    /**
     * Loads a checkpoint of a known geometry.
     *
     * @param file the checkpoint
     * @param config the geometry, {@link VitConfig#VIT_B_16} for example; the number of classes is
     *     the file's, and position embeddings of another image size are resized to this one's
     * @return the model on the CPU; {@link VisionTransformer#withHead} gives it a new head
     * @throws IOException in one line when the file is missing, damaged or of another geometry,
     *     with what was found and expected
     */
    public static VisionTransformer load(Path file, VitConfig config) throws IOException {
        return load(file, config, Device.cpu());
    }

    /**
     * Loads a checkpoint of a known geometry to a device.
     *
     * @param file the checkpoint
     * @param config the geometry
     * @param device where the weights go
     * @return the model
     * @throws IOException in one line when the file is missing, damaged or of another geometry
     */
    public static VisionTransformer load(Path file, VitConfig config, Device device)
            throws IOException {
        try (TensorReader reader = TensorReader.open(file)) {
            return load(reader, layout(reader), config, device);
        }
    }

    /**
     * Saves a model as safetensors in timm's layout, which timm and this library read.
     *
     * @param vit a model with weights
     * @param file where to write, as a whole or not at all
     * @param floats how values are stored, F32 or F16
     * @throws IOException when the file cannot be written
     */
    public static void saveTimm(VisionTransformer vit, Path file, TensorType floats)
            throws IOException {
        CheckpointWriter.write(vit, new TimmLayout(), file, floats);
    }

    private static CheckpointLayout layout(TensorReader reader) throws IOException {
        for (CheckpointLayout layout : LAYOUTS) {
            if (layout.recognises(reader.tensors())) {
                return layout;
            }
        }
        throw new IOException(
                reader.file()
                        + " is no Vision Transformer of a known layout ("
                        + String.join(", ", LAYOUTS.stream().map(CheckpointLayout::label).toList())
                        + "); it holds "
                        + reader.tensors().keySet().stream().limit(3).toList()
                        + " …");
    }

    private static VitConfig inferred(TensorReader reader, CheckpointLayout layout)
            throws IOException {
        Geometry found = layout.geometry(reader.tensors());
        int grid = (int) Math.round(Math.sqrt(found.positions() - 1));
        int heads = found.heads() == 0 ? heads(reader, found.width()) : found.heads();
        int size = grid * found.patchSize();
        try {
            return new VitConfig(
                    size,
                    size,
                    found.patchSize(),
                    found.width(),
                    found.depth(),
                    heads,
                    found.mlpWidth(),
                    Math.max(1, found.classes()),
                    layout.layerNormEpsilon());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    reader.file() + " is no complete Vision Transformer: " + e.getMessage(), e);
        }
    }

    /**
     * The number of heads that shapes do not tell: the file's word, a published model's, a guess.
     */
    private static int heads(TensorReader reader, int width) {
        String said = reader.metadata().get("heads");
        if (said != null && said.matches("[1-9]\\d{0,3}")) {
            return Integer.parseInt(said);
        }
        for (String preset : VitConfig.presetNames()) {
            if (VitConfig.named(preset).width() == width) {
                return VitConfig.named(preset).heads();
            }
        }
        int guess = Math.max(1, width / USUAL_HEAD_WIDTH);
        LOG.warn(
                "{} does not say how many attention heads there are: taking {} for its width {};"
                        + " another number gives wrong results, so say it with VitConfig.withHeads or"
                        + " a metadata entry \"heads\"",
                reader.file(),
                guess,
                width);
        return guess;
    }

    private static VisionTransformer load(
            TensorReader reader, CheckpointLayout layout, VitConfig wanted, Device device)
            throws IOException {
        VitConfig config = checkedGeometry(reader, layout, wanted);
        VitConfig fileConfig = fileGeometry(reader, layout, config);
        Map<String, Source> sources = layout.sources(fileConfig, reader.tensors());
        boolean headless = layout.geometry(reader.tensors()).classes() == 0;
        if (headless) {
            sources.remove("head.weight");
            sources.remove("head.bias");
        }
        checkNames(reader, layout, sources);
        NDManager manager = NDManager.newBaseManager(device, TorchRuntime.ENGINE);
        manager.setName("vision transformer");
        try {
            Map<String, NDArray> weights = new LinkedHashMap<>();
            Map<String, Shape> shapes = shapes(config);
            for (Map.Entry<String, Shape> entry : shapes.entrySet()) {
                Source source = sources.get(entry.getKey());
                Shape shape = entry.getValue();
                float[] values =
                        source == null
                                ? new float[Math.toIntExact(shape.size())]
                                : read(reader, source);
                if (entry.getKey().equals("pos_embed")) {
                    values = resized(values, fileConfig, config);
                }
                weights.put(entry.getKey(), manager.create(values, shape));
            }
            LOG.debug("loaded {} ({})", reader.file(), layout.label());
            return VisionTransformer.of(config, weights, manager);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Compares what was asked for with what the file's shapes say, before any weight is read. */
    private static VitConfig checkedGeometry(
            TensorReader reader, CheckpointLayout layout, VitConfig wanted) throws IOException {
        Geometry found = layout.geometry(reader.tensors());
        List<String> faults = new ArrayList<>();
        compare(faults, "width", found.width(), wanted.width());
        compare(faults, "depth", found.depth(), wanted.depth());
        compare(faults, "patch size", found.patchSize(), wanted.patchSize());
        compare(faults, "MLP width", found.mlpWidth(), wanted.mlpWidth());
        if (found.heads() != 0) {
            compare(faults, "heads", found.heads(), wanted.heads());
        }
        if (!faults.isEmpty()) {
            throw new IOException(
                    reader.file()
                            + " is not of this geometry: "
                            + String.join(", ", faults)
                            + "; choose the preset that fits, or leave it out to read the geometry"
                            + " off the file");
        }
        int classes = found.classes() == 0 ? wanted.classes() : found.classes();
        return wanted.withClasses(classes);
    }

    private static void compare(List<String> faults, String what, int found, int expected) {
        if (found != expected) {
            faults.add(what + " " + found + " (expected " + expected + ")");
        }
    }

    /** The file's own grid: square unless it is exactly the wanted one. */
    private static VitConfig fileGeometry(
            TensorReader reader, CheckpointLayout layout, VitConfig config) throws IOException {
        int positions = layout.geometry(reader.tensors()).positions();
        if (positions == config.tokens()) {
            return config;
        }
        int grid = (int) Math.round(Math.sqrt(positions - 1));
        if (positions < 2 || grid * grid != positions - 1) {
            throw new IOException(
                    reader.file()
                            + " has "
                            + positions
                            + " position embeddings, expected "
                            + config.tokens()
                            + " or those of a square grid of patches");
        }
        return config.withImageSize(grid * config.patchSize(), grid * config.patchSize());
    }

    private static float[] resized(float[] values, VitConfig from, VitConfig to) {
        if (from.gridHeight() == to.gridHeight() && from.gridWidth() == to.gridWidth()) {
            return values;
        }
        LOG.info(
                "position embeddings resized from {}x{} to {}x{} patches",
                from.gridHeight(),
                from.gridWidth(),
                to.gridHeight(),
                to.gridWidth());
        return PositionEmbedding.resize(
                values,
                from.gridHeight(),
                from.gridWidth(),
                to.gridHeight(),
                to.gridWidth(),
                to.width());
    }

    private static void checkNames(
            TensorReader reader, CheckpointLayout layout, Map<String, Source> sources)
            throws IOException {
        List<String> faults = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (Source source : sources.values()) {
            if (!used.add(source.tensor())) {
                continue;
            }
            TensorInfo info = reader.tensors().get(source.tensor());
            if (info == null) {
                faults.add(source.tensor() + " is missing");
            } else if (!info.shape().equals(source.fileShape())) {
                faults.add(
                        source.tensor()
                                + " has shape "
                                + info.shape()
                                + ", expected "
                                + source.fileShape());
            }
        }
        reader.tensors().keySet().stream()
                .filter(name -> !used.contains(name) && !layout.ignores(name))
                .forEach(name -> faults.add(name + " is unexpected"));
        if (!faults.isEmpty()) {
            throw new IOException(
                    reader.file() + " (" + layout.label() + "): " + String.join("; ", faults));
        }
    }

    private static float[] read(TensorReader reader, Source source) throws IOException {
        float[] values = reader.readFloats(source.tensor());
        if (source.parts() > 1) {
            int length = values.length / source.parts();
            int from = source.part() * length;
            values = java.util.Arrays.copyOfRange(values, from, from + length);
        }
        int[] permutation = source.permutation();
        return permutation == null ? values : permute(values, source.fileShape(), permutation);
    }

    /** Reorders axes: axis k of the result is axis {@code order[k]} of the input. */
    static float[] permute(float[] values, Shape shape, int[] order) {
        int rank = order.length;
        int[] strides = new int[rank];
        int stride = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= (int) shape.get(axis);
        }
        float[] result = new float[values.length];
        int[] index = new int[rank];
        int from = 0;
        for (int to = 0; to < result.length; to++) {
            result[to] = values[from];
            for (int k = rank - 1; k >= 0; k--) {
                int axis = order[k];
                from += strides[axis];
                if (++index[k] < shape.get(axis)) {
                    break;
                }
                from -= strides[axis] * index[k];
                index[k] = 0;
            }
        }
        return result;
    }

    /** The shape of every parameter of a model of this geometry, in module order. */
    private static Map<String, Shape> shapes(VitConfig config) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        long d = config.width();
        long p = config.patchSize();
        shapes.put("cls_token", new Shape(1, 1, d));
        shapes.put("pos_embed", new Shape(1, config.tokens(), d));
        shapes.put("patch_embed.proj.weight", new Shape(d, VitConfig.CHANNELS, p, p));
        shapes.put("patch_embed.proj.bias", new Shape(d));
        for (String path : ModuleTree.of(new VisionTransformer(config)).parameters().keySet()) {
            if (!shapes.containsKey(path)) {
                shapes.put(path, shape(path, config));
            }
        }
        return shapes;
    }

    private static Shape shape(String path, VitConfig config) {
        long d = config.width();
        long out =
                path.contains(".fc1.")
                        ? config.mlpWidth()
                        : path.startsWith("head.") ? config.classes() : d;
        long in = path.contains(".fc2.") ? config.mlpWidth() : d;
        return path.endsWith(".weight") ? new Shape(out, in) : new Shape(out);
    }
}
