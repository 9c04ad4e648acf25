package io.github.rlrr.vit.data;

import io.github.rlrr.data.Examples;
import java.util.ArrayList;
import java.util.List;

/** Weights of classes in the loss, for sets in which some classes have many more examples. */
public final class ClassWeights {

    private ClassWeights() {}

    /**
     * Inverse frequency: class c of n_c examples weighs w_c = n / (K·n_c), where n is the number of
     * all examples and K that of the classes that have any.
     *
     * <p>So each class has the same total weight n / K, the mean over the examples is 1, and a
     * balanced set weighs 1 throughout. A class without examples weighs 1: no loss asks for it.
     *
     * @param data the training set, one label each
     * @return a weight for each class, in label order, as {@code SingleLabel} takes them
     */
    public static List<Double> inverseFrequency(Examples data) {
        int[] counts = new int[data.answerNames().size()];
        for (int i = 0; i < data.size(); i++) {
            counts[(int) data.target(i)[0]]++;
        }
        return inverseFrequency(counts, data.size());
    }

    /**
     * The same of files that have not been read.
     *
     * @param listing the training files
     * @return a weight for each class, in label order
     */
    public static List<Double> inverseFrequency(ImageListing listing) {
        int[] counts = new int[listing.classNames().size()];
        listing.entries().forEach(entry -> counts[entry.label()]++);
        return inverseFrequency(counts, listing.size());
    }

    private static List<Double> inverseFrequency(int[] counts, int size) {
        int present = 0;
        for (int count : counts) {
            present += count > 0 ? 1 : 0;
        }
        List<Double> weights = new ArrayList<>();
        for (int count : counts) {
            weights.add(count == 0 ? 1 : (double) size / ((double) present * count));
        }
        return weights;
    }
}
