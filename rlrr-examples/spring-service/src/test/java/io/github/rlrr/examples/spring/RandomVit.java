package io.github.rlrr.examples.spring;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.task.Task;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.inference.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Writes a model folder of random weights: for tests, and to measure a service of a real size. */
final class RandomVit {

    /** Small enough for a test. */
    static final VitConfig TINY = new VitConfig(32, 32, 8, 32, 2, 2, 64, 4, 1e-6f);

    private RandomVit() {}

    /**
     * Writes a model folder.
     *
     * @param args a preset's name, such as {@code vit-b-16}, and the folder
     */
    public static void main(String[] args) throws IOException {
        write(VitConfig.named(args[0]), Path.of(args[1]), 0);
    }

    /** Of a Vision Transformer, in timm's layout. */
    static void write(VitConfig config, Path folder, double rejectBelow) throws IOException {
        write(new VisionTransformer(config), folder, VitLayout.TIMM, rejectBelow);
    }

    /**
     * Every parameter drawn anew, the head too, so that images get answers that differ; closes the
     * network.
     *
     * @param network without weights
     */
    static void write(Backbone network, Path folder, VitLayout layout, double rejectBelow)
            throws IOException {
        write(network, folder, layout, rejectBelow, SingleLabel.USUAL);
    }

    /** The same of a model that was trained for another task. */
    static void write(
            Backbone network, Path folder, VitLayout layout, double rejectBelow, Task task)
            throws IOException {
        BackboneConfig config = network.config();
        AdapterMetadata metadata =
                new AdapterMetadata(
                                "random",
                                IntStream.range(0, config.classes())
                                        .mapToObj(i -> "class-" + i)
                                        .toList(),
                                Preprocessing.vitDefault(config.imageHeight()).toMap())
                        .withRejectBelow(rejectBelow)
                        .withTask(task);
        SplittableRandom random = new SplittableRandom(0);
        TorchRuntime.seed(0); // norms aside, weights start as drawn
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), TorchRuntime.ENGINE);
                network) {
            network.initialize(
                    manager,
                    DataType.FLOAT32,
                    new Shape(
                            1,
                            BackboneConfig.CHANNELS,
                            config.imageHeight(),
                            config.imageWidth()));
            for (Parameter parameter : network.getParameters().values()) {
                NDArray array = parameter.getArray();
                float[] values = array.toFloatArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] += (float) (random.nextDouble() - 0.5) * 0.2f;
                }
                array.set(values);
            }
            ModelFolder.save(network, folder, layout, TensorType.F32, metadata);
        }
    }
}
