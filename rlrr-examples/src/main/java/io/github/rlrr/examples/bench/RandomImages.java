package io.github.rlrr.examples.bench;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.data.LabelledDataset;
import io.github.rlrr.vit.BackboneConfig;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Images of random pixels in memory, normalised to [−1, 1] when they are read, as an image data set
 * does with the pixels it keeps. Few are kept and come again and again.
 */
final class RandomImages implements LabelledDataset {

    private static final int KEPT = 16;
    private static final int SEED = 0;

    private final Shape shape;
    private final int size;
    private final List<String> classes;
    private final byte[][] pixels;
    private final float[] normalised = new float[256];

    /**
     * Draws the pixels.
     *
     * @param config the images' size
     * @param classes the number of classes
     * @param size examples of an epoch
     */
    RandomImages(BackboneConfig config, int classes, int size) {
        shape = new Shape(BackboneConfig.CHANNELS, config.imageHeight(), config.imageWidth());
        this.size = size;
        this.classes = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
        pixels = new byte[Math.min(KEPT, size)][Math.toIntExact(shape.size())];
        Random random = new Random(SEED);
        for (byte[] image : pixels) {
            random.nextBytes(image);
        }
        for (int value = 0; value < normalised.length; value++) {
            normalised[value] = (value / 255f - 0.5f) / 0.5f;
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Shape exampleShape() {
        return shape;
    }

    @Override
    public List<String> classNames() {
        return classes;
    }

    @Override
    public int label(int index) {
        return index % classes.size();
    }

    @Override
    public void read(int index, SplittableRandom random, float[] target, int offset) {
        byte[] image = pixels[index % pixels.length];
        for (int i = 0; i < image.length; i++) {
            target[offset + i] = normalised[image[i] & 0xff];
        }
    }

    /** The first examples as one array, (batch, 3, h, w) row by row. */
    float[] batch(int batch) {
        int each = Math.toIntExact(shape.size());
        float[] values = new float[Math.multiplyExact(batch, each)];
        for (int i = 0; i < batch; i++) {
            read(i, new SplittableRandom(SEED), values, i * each);
        }
        return values;
    }
}
