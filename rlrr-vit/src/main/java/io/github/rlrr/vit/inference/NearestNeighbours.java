package io.github.rlrr.vit.inference;

import java.util.Arrays;

/**
 * A classifier without training: the k nearest of labelled vectors vote, each with one vote, by the
 * Euclidean distance; as scikit-learn's {@code KNeighborsClassifier}.
 */
public final class NearestNeighbours {

    private final NearestVectors vectors;
    private final int[] labels;
    private final int classes;
    private final int count;

    /**
     * Keeps labelled vectors.
     *
     * @param vectors at least one; not copied
     * @param labels one for each, from 0
     * @param classes how many there are
     * @param count k, the vectors that vote; all of them where there are fewer
     * @throws IllegalArgumentException when a label is no class, or the counts do not go together
     */
    public NearestNeighbours(float[][] vectors, int[] labels, int classes, int count) {
        Prototypes.check(vectors, labels, classes);
        if (count < 1) {
            throw new IllegalArgumentException("count is " + count + ", expected at least 1");
        }
        this.vectors = new NearestVectors(vectors);
        this.labels = labels.clone();
        this.classes = classes;
        this.count = count;
    }

    /**
     * The share of votes of each class.
     *
     * @param vector as long as the others
     * @return sums to 1
     */
    public double[] shares(float[] vector) {
        double[] shares = new double[classes];
        int voters = Math.min(count, vectors.size());
        vectors.nearest(vector, count).forEach(each -> shares[labels[each.index()]] += 1);
        return Arrays.stream(shares).map(votes -> votes / voters).toArray();
    }

    /**
     * The class of most votes.
     *
     * @param vector as long as the others
     * @return its label; of several with most votes the least
     */
    public int label(float[] vector) {
        double[] shares = shares(vector);
        int best = 0;
        for (int i = 1; i < classes; i++) {
            if (shares[i] > shares[best]) {
                best = i;
            }
        }
        return best;
    }
}
