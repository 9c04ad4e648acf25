package io.github.rlrr.examples;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.github.rlrr.examples.DecodedImages.Decoded;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Class probabilities of image files, a batch at a time.
 *
 * @param block a classifier: (B, 3, height, width) to logits (B, classes)
 * @param preprocessing its inputs' size and normalisation
 * @param device where it runs
 * @param batchSize images at a time
 */
record Predictions(Block block, Preprocessing preprocessing, Device device, int batchSize) {

    private static final int BATCHES_AHEAD = 3;

    /** Takes what becomes of the files, in their order. */
    interface Sink {

        /**
         * An image was classified.
         *
         * @param probabilities the softmax of the logits, computed in double
         */
        void labelled(Path path, double[] probabilities) throws IOException;

        /** A file is no image that can be read. */
        void unreadable(ImageDecodeException fault) throws IOException;
    }

    /** Classifies files, holding a few batches of them at any time. */
    void of(List<Path> files, Sink sink) throws IOException {
        try (DecodedImages images =
                new DecodedImages(files, preprocessing, BATCHES_AHEAD * batchSize)) {
            List<Path> paths = new ArrayList<>();
            List<RgbImage> batch = new ArrayList<>();
            for (Decoded next = images.next(); next != null; next = images.next()) {
                ImageDecodeException fault = next.fault();
                RgbImage image = next.image();
                if (image != null) {
                    paths.add(next.path());
                    batch.add(image);
                } else if (fault != null) {
                    sink.unreadable(fault);
                }
                if (batch.size() == batchSize) {
                    classify(paths, batch, sink);
                    paths.clear();
                    batch.clear();
                }
            }
            if (!batch.isEmpty()) {
                classify(paths, batch, sink);
            }
        }
    }

    private void classify(List<Path> paths, List<RgbImage> images, Sink sink) throws IOException {
        double[][] probabilities = of(images);
        for (int i = 0; i < probabilities.length; i++) {
            sink.labelled(paths.get(i), probabilities[i]);
        }
    }

    /** Classifies images of the model's size. */
    private double[][] of(List<RgbImage> images) {
        int height = preprocessing.height();
        int width = preprocessing.width();
        Shape shape = new Shape(images.size(), VitConfig.CHANNELS, height, width);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < images.size(); i++) {
            int offset = i * VitConfig.CHANNELS * height * width;
            preprocessing.normalise(images.get(i), false, values, offset);
        }
        float[] logits;
        try (GradMode off = GradMode.off();
                NDManager manager = NDManager.newBaseManager(device)) {
            off.suppressNotUsedWarning();
            NDArray input = manager.create(values, shape);
            ParameterStore store = new ParameterStore(manager, false);
            logits = block.forward(store, new NDList(input), false).head().toFloatArray();
        }
        int classes = logits.length / images.size();
        double[][] probabilities = new double[images.size()][];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = softmax(Arrays.copyOfRange(logits, i * classes, (i + 1) * classes));
        }
        return probabilities;
    }

    static double[] softmax(float[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double[] probabilities = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = Math.exp(logits[i] - max);
            sum += probabilities[i];
        }
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /** Class indices from the most to the least probable; of equal ones the first comes first. */
    static List<Integer> ranked(double[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
                .toList();
    }
}
