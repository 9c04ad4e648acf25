package io.github.rlrr.examples.spark;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.task.Task;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.inference.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A model folder with the random weights of a seed. */
final class TinyModel {

    static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "eel");

    private static final VitConfig CONFIG = new VitConfig(16, 16, 4, 32, 2, 2, 64, 5, 1e-6f);

    private TinyModel() {}

    /** Writes the folder, whose answers below a half are not accepted. */
    static Path write(Path folder) throws IOException {
        return write(folder, SingleLabel.USUAL);
    }

    /** The same of a model that was trained for another task. */
    static Path write(Path folder, Task task) throws IOException {
        TorchRuntime.seed(7);
        try (NDManager manager = NDManager.newBaseManager()) {
            VisionTransformer vit = new VisionTransformer(CONFIG);
            vit.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 16, 16));
            AdapterMetadata metadata =
                    new AdapterMetadata("", CLASSES, Preprocessing.vitDefault(16).toMap())
                            .withRejectBelow(0.5)
                            .withTask(task);
            ModelFolder.save(vit, folder, VitLayout.TIMM, TensorType.F32, metadata);
        }
        return folder;
    }
}
