package io.github.rlrr.examples.demo;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes a model of a preset's size with random weights, and a fresh adapter, to time commands. */
final class MakeRandomVit {

    private MakeRandomVit() {}

    /**
     * Writes {@code vit} and {@code adapter} into a folder.
     *
     * @param args a preset's name, such as {@code vit-b-16}, and the folder
     */
    public static void main(String[] args) throws IOException {
        VitConfig config = VitConfig.named(args[0]);
        Path folder = Path.of(args[1]);
        TorchRuntime.require();
        TorchRuntime.seed(0);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            VisionTransformer vit = new VisionTransformer(config);
            vit.initialize(
                    manager,
                    DataType.FLOAT32,
                    new Shape(1, VitConfig.CHANNELS, config.imageHeight(), config.imageWidth()));
            AdapterMetadata metadata =
                    new AdapterMetadata(
                            folder.resolve("vit").toString(),
                            List.of(),
                            Preprocessing.vitDefault(config.imageHeight()).toMap());
            VitCheckpoint.export(
                    vit, folder.resolve("vit"), VitLayout.TIMM, TensorType.F32, metadata);
            try (AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
                adapted.save(folder.resolve("adapter"), metadata);
            }
        }
    }
}
