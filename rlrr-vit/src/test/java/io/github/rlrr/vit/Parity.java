package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.data.LabelledDataset;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** The numbers of the published implementation, see parity/README.md. */
public final class Parity {

    public static final VitConfig TINY = new VitConfig(16, 16, 4, 32, 3, 4, 64, 5, 1e-6f);

    private Parity() {}

    public static Path file(String name) {
        return resource("tiny/" + name);
    }

    public static Path resource(String name) {
        URL url = Parity.class.getResource("/parity/" + name);
        try {
            return Path.of(Objects.requireNonNull(url, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public static VisionTransformer tiny() throws IOException {
        return VitCheckpoint.load(file("base_google.npz"), TINY);
    }

    /** The tiny model with the published adapter of the given file. */
    public static AdaptedBlock adapted(VisionTransformer vit, String adapterFile)
            throws IOException {
        AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published());
        try (TensorReader reader = TensorReader.open(file(adapterFile))) {
            assertThat(reader.tensors()).hasSize(adapted.trainableTensors().size());
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] values = reader.readFloats(publishedName(tensor.name()));
                tensor.parameter().getArray().set(values);
            }
        }
        return adapted;
    }

    /** The name under which the published state dict holds one of our tensors. */
    public static String publishedName(String ours) {
        return ours.replaceAll("blocks\\.(\\d+)\\.norm1\\.(\\w+)", "blocks.$1.ssf_$2_attn_norm")
                .replaceAll("blocks\\.(\\d+)\\.norm2\\.(\\w+)", "blocks.$1.ssf_$2_ffn_norm")
                .replaceAll("^norm\\.(\\w+)", "encoder.ssf_$1_enc_norm")
                .replaceAll("patch_embed\\.proj\\.(\\w+)", "embeddings.ssf_$1_patch")
                .replaceAll("^blocks", "encoder.layer")
                .replace(".mlp.", ".ffn.")
                .replaceAll("scale_left$", "scale_col")
                .replaceAll("scale_right$", "scale_line")
                .replaceAll("(fc\\d|query|key|value|out)\\.shift$", "$1.shift_bias")
                .replaceAll("^(encoder|embeddings)", "transformer.$1")
                .replace('.', '/');
    }

    public static float[] floats(String file, String name) throws IOException {
        try (TensorReader reader = TensorReader.open(file(file))) {
            return reader.readFloats(name);
        }
    }

    /** The batch of four images. */
    public static LabelledDataset data() throws IOException {
        float[] images = floats("io.npz", "images");
        float[] labels = floats("io.npz", "labels");
        int size = 3 * 16 * 16;
        return new LabelledDataset() {
            @Override
            public int size() {
                return labels.length;
            }

            @Override
            public Shape exampleShape() {
                return new Shape(3, 16, 16);
            }

            @Override
            public List<String> classNames() {
                return List.of("a", "b", "c", "d", "e");
            }

            @Override
            public int label(int index) {
                return (int) labels[index];
            }

            @Override
            public void read(int index, SplittableRandom random, float[] target, int offset) {
                System.arraycopy(images, index * size, target, offset, size);
            }
        };
    }

    public static double largestDifference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            largest = Double.isNaN(difference) ? difference : Math.max(largest, difference);
        }
        return largest;
    }

    public static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    public static float[] values(NDArray array) {
        return array.toFloatArray();
    }
}
