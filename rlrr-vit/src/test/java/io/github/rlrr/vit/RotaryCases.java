package io.github.rlrr.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The cases of {@code parity/rotary}, as hubs' folders. */
final class RotaryCases {

    private RotaryCases() {}

    static Path file(String name) {
        return Parity.resource("rotary/" + name);
    }

    static TensorReader numbers(String name) throws IOException {
        return TensorReader.open(file(name + ".numbers.safetensors"));
    }

    /** A hub's folder of some weights; gradients have the names of weights, too. */
    static Path hub(Path folder, String name, String weights, String imageSize) throws IOException {
        Path hub = Files.createTempDirectory(folder, name);
        Files.copy(
                file(weights),
                hub.resolve("model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        String said = Files.readString(file(name + ".json"));
        Files.writeString(
                hub.resolve("config.json"),
                said.replaceAll("\"(img|image)_size\": 12", "\"$1_size\": " + imageSize));
        return hub;
    }

    static Path hub(Path folder, String name) throws IOException {
        return hub(folder, name, name + ".safetensors", "12");
    }

    static float[] logits(Block network, String name, String size) throws IOException {
        try (TensorReader numbers = numbers(name);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray images = numbers.read(size + "images", manager);
            ParameterStore store = new ParameterStore(manager, false);
            return network.forward(store, new NDList(images), false).head().toFloatArray();
        }
    }
}
