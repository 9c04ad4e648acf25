package io.github.rlrr;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.data.LabelledDataset;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Points around one centre a class, in four features, well apart.
 *
 * @param size the number of points
 * @param classNames one centre each
 * @param noise the deviation of noise drawn anew at every reading
 */
public record Blobs(int size, List<String> classNames, double noise) implements LabelledDataset {

    public Blobs(int size, int classes) {
        this(size, List.of("a", "b", "c", "d", "e").subList(0, classes), 0);
    }

    @Override
    public Shape exampleShape() {
        return new Shape(4);
    }

    @Override
    public int label(int index) {
        return index % classNames.size();
    }

    @Override
    public void read(int index, SplittableRandom random, float[] target, int offset) {
        SplittableRandom own = new SplittableRandom(index);
        for (int i = 0; i < 4; i++) {
            double centre = i == label(index) % 4 ? 2 : 0;
            double place = centre + 0.3 * own.nextGaussian() + noise * random.nextGaussian();
            target[offset + i] = (float) place;
        }
    }
}
