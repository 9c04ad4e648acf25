package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A file's tensors under other names. */
final class Renamed {

    private Renamed() {}

    /** Writes safetensors; what gets an empty name is left out. */
    static void write(Path from, Path to, UnaryOperator<String> name) throws IOException {
        try (TensorReader reader = TensorReader.open(from);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> tensors = new TreeMap<>();
            for (String tensor : reader.tensors().keySet()) {
                if (!name.apply(tensor).isEmpty()) {
                    tensors.put(name.apply(tensor), reader.read(tensor, manager));
                }
            }
            SafetensorsWriter.write(to, tensors, Map.of("format", "pt"), TensorType.F32);
        }
    }
}
