package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.NpzWriter;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Small checkpoints, made from those of parity/tiny by renaming, adding and leaving out. */
final class TinyFiles {

    private TinyFiles() {}

    static Path parity(String name) {
        return resource("/parity/tiny/" + name);
    }

    static Path resource(String name) {
        URL url = TinyFiles.class.getResource(name);
        try {
            return Path.of(Objects.requireNonNull(url, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A change of a file's arrays, which belong to the manager. */
    interface Change {
        void apply(Map<String, NDArray> arrays, NDManager manager);
    }

    /** Copies a tensor file, changed; npz where the name ends so, else safetensors. */
    static Path changed(String original, Path target, Change change) throws IOException {
        return changed(original, target, TensorType.F32, change);
    }

    static Path changed(String original, Path target, TensorType floats, Change change)
            throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TensorReader reader = TensorReader.open(parity(original))) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            for (String name : reader.tensors().keySet()) {
                arrays.put(name, reader.read(name, manager));
            }
            change.apply(arrays, manager);
            if (target.toString().endsWith(".npz")) {
                NpzWriter.write(target, arrays, floats);
            } else {
                SafetensorsWriter.write(target, arrays, Map.of("format", "pt"), floats);
            }
        }
        return target;
    }

    static Change renamed(Map<String, String> prefixes) {
        return (arrays, manager) -> {
            Map<String, NDArray> before = new LinkedHashMap<>(arrays);
            arrays.clear();
            before.forEach(
                    (name, array) -> {
                        String renamed = name;
                        for (Map.Entry<String, String> prefix : prefixes.entrySet()) {
                            if (name.startsWith(prefix.getKey())) {
                                renamed =
                                        prefix.getValue()
                                                + name.substring(prefix.getKey().length());
                                break;
                            }
                        }
                        arrays.put(renamed, array);
                    });
        };
    }

    static Change added(String name, long... shape) {
        return (arrays, manager) -> arrays.put(name, manager.ones(new Shape(shape)));
    }

    static Change without(String... names) {
        return (arrays, manager) -> {
            for (String name : names) {
                Objects.requireNonNull(arrays.remove(name), name);
            }
        };
    }

    static Map<String, float[]> weights(VisionTransformer vit) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Map.Entry<String, Parameter> entry : ModuleTree.of(vit).parameters().entrySet()) {
            weights.put(entry.getKey(), entry.getValue().getArray().toFloatArray());
        }
        return weights;
    }

    /** The logits of the images in io.npz. */
    static float[] logits(VisionTransformer vit) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TensorReader reader = TensorReader.open(parity("io.npz"))) {
            NDArray images = reader.read("images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return vit.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }

    static float[] numbers(String file, String name) throws IOException {
        try (TensorReader reader = TensorReader.open(parity(file))) {
            return reader.readFloats(name);
        }
    }

    static void withManager(Consumer<NDManager> work) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            work.accept(manager);
        }
    }
}
