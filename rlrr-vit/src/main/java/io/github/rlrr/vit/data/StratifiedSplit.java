package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Cuts a tenth of every class off for validation and, where asked for, another tenth for testing.
 *
 * <p>Of n images of a class, n/10 rounded half up go to each of the parts cut off, but at least
 * one, as long as one is left to train on: a single image is trained on, the second validates, the
 * third tests. Which ones is drawn class by class from the seed and the class's name, so that
 * adding a class moves no other image. Within each part files keep their order.
 */
final class StratifiedSplit {

    private StratifiedSplit() {}

    static ImageSplits cut(ImageListing all, long seed, boolean withTest) {
        TreeMap<Integer, Entry> train = new TreeMap<>();
        TreeMap<Integer, Entry> validation = new TreeMap<>();
        TreeMap<Integer, Entry> test = new TreeMap<>();
        for (int label = 0; label < all.classNames().size(); label++) {
            List<Integer> positions = shuffled(all, label, seed);
            int n = positions.size();
            int tenth = Math.max(1, (n + 5) / 10);
            int validationEnd = n < 2 ? 0 : tenth;
            int testEnd = withTest && n >= 3 ? validationEnd + tenth : validationEnd;
            for (int i = 0; i < n; i++) {
                TreeMap<Integer, Entry> part =
                        i < validationEnd ? validation : i < testEnd ? test : train;
                part.put(positions.get(i), all.entries().get(positions.get(i)));
            }
        }
        return new ImageSplits(
                all.with(List.copyOf(train.values()), all.ignored()),
                all.with(List.copyOf(validation.values()), 0),
                all.with(List.copyOf(test.values()), 0));
    }

    /** The positions of a class's entries, in an order that depends on seed and name alone. */
    static List<Integer> shuffled(ImageListing all, int label, long seed) {
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (all.entries().get(i).label() == label) {
                positions.add(i);
            }
        }
        // Two generators, so that seed and name cannot cancel each other out.
        long fromSeed = new SplittableRandom(seed).nextLong();
        SplittableRandom random =
                new SplittableRandom(fromSeed ^ all.classNames().get(label).hashCode());
        for (int i = positions.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            positions.set(i, positions.set(other, positions.get(i)));
        }
        return positions;
    }
}
