package io.github.rlrr.vit.inference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** A tiny Vision Transformer with an adapter that is far from its start, on disk in both forms. */
final class TinyClassifier {

    static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "eel");
    static final Preprocessing PREPROCESSING = Preprocessing.vitDefault(16);
    static final Path BASE = resource("tiny/base_google.npz");

    private TinyClassifier() {}

    static Path resource(String name) {
        URL url = TinyClassifier.class.getResource("/parity/" + name);
        try {
            return Path.of(Objects.requireNonNull(url, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Path image(String name) {
        return resource("images/decode/" + name);
    }

    /** With an adapter that is far from its start. */
    static AdaptedBlock adapted(Backbone vit, long seed) {
        AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published());
        SplittableRandom random = new SplittableRandom(seed);
        for (TrainableTensor tensor : adapted.trainableTensors()) {
            NDArray array = tensor.parameter().getArray();
            float[] values = array.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (random.nextDouble() - 0.5) * 0.6f;
            }
            array.set(values);
        }
        return adapted;
    }

    static AdapterMetadata metadata() {
        return new AdapterMetadata(BASE.toString(), CLASSES, PREPROCESSING.toMap());
    }

    /**
     * The arrays of this process that are not closed. Those that others left behind may be freed
     * meanwhile: there are never more than before.
     */
    static int aliveArrays() {
        try (NDManager probe = NDManager.newBaseManager()) {
            return probe.getParentManager().getManagedArrays().size();
        }
    }

    /** Writes {@code adapter} and {@code model} into a folder, with a threshold of 0.3. */
    static void write(Path folder, long seed) throws IOException {
        AdapterMetadata metadata = metadata().withRejectBelow(0.3);
        try (VisionTransformer vit = VitCheckpoint.load(BASE);
                AdaptedBlock adapted = adapted(vit, seed);
                VisionTransformer merged = vit.merged(adapted)) {
            adapted.save(folder.resolve("adapter"), metadata);
            ModelFolder.save(
                    merged, folder.resolve("model"), VitLayout.TIMM, TensorType.F32, metadata);
        }
    }

    /** The probabilities of the adapted model itself, by another way than the library's. */
    static double[] expected(Path adapter, Path image) throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(BASE);
                AdaptedBlock adapted = Rlrr.load(vit, adapter)) {
            return expected(adapted, PREPROCESSING, image);
        }
    }

    /** The probabilities of any network. */
    static double[] expected(Block network, Preprocessing preprocessing, Path image)
            throws IOException {
        int height = preprocessing.height();
        int width = preprocessing.width();
        RgbImage sized = preprocessing.resize(new ImageDecoder().decode(image));
        float[] values = new float[3 * height * width];
        preprocessing.normalise(sized, false, values, 0);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray input = manager.create(values, new Shape(1, 3, height, width));
            float[] probabilities =
                    network.forward(new ParameterStore(manager, false), new NDList(input), false)
                            .head()
                            .softmax(1)
                            .toFloatArray();
            double[] result = new double[probabilities.length];
            for (int i = 0; i < result.length; i++) {
                result[i] = probabilities[i];
            }
            return result;
        }
    }
}
