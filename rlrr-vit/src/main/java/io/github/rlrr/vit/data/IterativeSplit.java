package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Cuts images with several labels apart so that each part has its share of every label, rare ones
 * first: iterative stratification (Sechidis et al., On the Stratification of Multi-Label Data, ECML
 * 2011, algorithm 1).
 *
 * <p>Of the n images of a label, n/10 rounded half up are wanted in each part that is cut off, at
 * least one, as long as one is left to train on, as {@link StratifiedSplit} does it. The label with
 * the fewest images that are not placed yet comes next; each of its images goes where most of the
 * label are still wanted, of equals where most images are. Images come in an order that depends on
 * the seed alone. Within each part files keep their order.
 */
final class IterativeSplit {

    private static final int TRAIN = 0;
    private static final int VALIDATION = 1;
    private static final int TEST = 2;

    private final ImageListing all;
    private final List<Integer> order;
    private final BitSet placed = new BitSet();
    private final int[] part;

    /** The images of each label in their drawn order, and how many are not placed yet. */
    private final List<List<Integer>> images = new ArrayList<>();

    private final int[] left;

    /** How many images of each label, and last of all, each part still wants. */
    private final double[][] wanted;

    private IterativeSplit(ImageListing all, long seed, boolean withTest) {
        this.all = all;
        order = shuffled(all.size(), seed);
        part = new int[all.size()];
        int labels = all.classNames().size();
        left = new int[labels];
        wanted = new double[TEST + 1][labels + 1];
        for (int label = 0; label <= labels; label++) {
            int n = all.size();
            if (label < labels) {
                int each = label;
                images.add(order.stream().filter(image -> has(image, each)).toList());
                n = images.get(label).size();
                left[label] = n;
            }
            int tenth = Math.max(1, (n + 5) / 10);
            wanted[VALIDATION][label] = n < 2 ? 0 : tenth;
            wanted[TEST][label] = withTest && n >= 3 ? tenth : 0;
            wanted[TRAIN][label] = n - wanted[VALIDATION][label] - wanted[TEST][label];
        }
    }

    static ImageSplits cut(ImageListing all, long seed, boolean withTest) {
        IterativeSplit split = new IterativeSplit(all, seed, withTest);
        split.place();
        return parts(all, split.part);
    }

    /** The parts, given that of each image: 0 is trained on, 1 validates, 2 tests. */
    static ImageSplits parts(ImageListing all, int[] part) {
        List<TreeMap<Integer, Entry>> entries =
                List.of(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        for (int i = 0; i < part.length; i++) {
            entries.get(part[i]).put(i, all.entries().get(i));
        }
        return new ImageSplits(
                all.with(List.copyOf(entries.get(TRAIN).values()), all.ignored()),
                all.with(List.copyOf(entries.get(VALIDATION).values()), 0),
                all.with(List.copyOf(entries.get(TEST).values()), 0));
    }

    static List<Integer> shuffled(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            order.add(i);
        }
        for (int i = size - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            order.set(i, order.set(other, order.get(i)));
        }
        return order;
    }

    private void place() {
        int labels = all.classNames().size();
        for (int label = rarest(); label >= 0; label = rarest()) {
            for (int image : images.get(label)) {
                if (!placed.get(image)) {
                    place(image, label);
                }
            }
        }
        for (int image : order) {
            if (!placed.get(image)) {
                place(image, labels);
            }
        }
    }

    /** The label with the fewest images left, at least one; -1 where there is none. */
    private int rarest() {
        int rarest = -1;
        for (int label = 0; label < left.length; label++) {
            if (left[label] > 0 && (rarest < 0 || left[label] < left[rarest])) {
                rarest = label;
            }
        }
        return rarest;
    }

    private void place(int image, int label) {
        int labels = all.classNames().size();
        int best = TRAIN;
        for (int each = VALIDATION; each <= TEST; each++) {
            double more = wanted[each][label] - wanted[best][label];
            if (more > 0 || (more == 0 && wanted[each][labels] > wanted[best][labels])) {
                best = each;
            }
        }
        placed.set(image);
        part[image] = best;
        wanted[best][labels]--;
        for (int each = 0; each < labels; each++) {
            int one = has(image, each) ? 1 : 0;
            wanted[best][each] -= one;
            left[each] -= one;
        }
    }

    private boolean has(int image, int label) {
        return all.entries().get(image).target().get(label) >= 0.5;
    }
}
