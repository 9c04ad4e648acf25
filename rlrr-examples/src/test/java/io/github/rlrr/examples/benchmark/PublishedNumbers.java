package io.github.rlrr.examples.benchmark;

import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What the published code gave on the run of parity/trajectory/README.md. */
final class PublishedNumbers {

    static final int STEPS = 200;

    /**
     * A step of the published code.
     *
     * @param rate the learning rate
     * @param loss in float32 on one thread
     * @param twoThreads the loss of a rerun in float32 on two threads
     * @param float64 the loss of a rerun in float64
     */
    record Step(double rate, double loss, double twoThreads, double float64) {}

    private PublishedNumbers() {}

    static Path file(String name) {
        URL url = PublishedNumbers.class.getResource("/parity/trajectory/" + name);
        try {
            return Path.of(Objects.requireNonNull(url, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** published.csv: step, rate and the three losses. */
    static List<Step> steps() throws IOException {
        List<Step> steps = new ArrayList<>();
        List<String> lines = Files.readAllLines(file("published.csv"));
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            steps.add(
                    new Step(
                            Double.parseDouble(fields[1]),
                            Float.parseFloat(fields[2]),
                            Float.parseFloat(fields[3]),
                            Double.parseDouble(fields[4])));
        }
        return steps;
    }

    static float[] floats(String file, String array) throws IOException {
        try (TensorReader reader = TensorReader.open(file(file))) {
            return reader.readFloats(array);
        }
    }

    /** The name under which the published state dict holds one of our tensors. */
    static String name(String ours) {
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
}
