package io.github.rlrr.vit.inference;

import java.util.Arrays;

/**
 * A classifier without training: an image belongs to the class whose prototype, the mean of its
 * vectors, is nearest by the Euclidean distance; as scikit-learn's {@code NearestCentroid}.
 *
 * <p>It is a linear head: −s·‖x − μ‖² is 2s·μᵀx − s·‖μ‖² but for what all classes share. So it is
 * saved, merged and served as any head, and a class is added as a row. s makes probabilities of
 * distances: the one under which the labels are most probable when each image is left out of its
 * own prototype.
 *
 * @param means μ by class, each D numbers
 * @param sharpness s, above 0
 */
public record Prototypes(float[][] means, double sharpness) {

    private static final double LEAST = Math.log(1e-6);
    private static final double MOST = Math.log(1e6);
    private static final int STEPS = 60;
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    /**
     * Makes the prototypes of labelled vectors.
     *
     * @param vectors at least one
     * @param labels one for each, from 0
     * @param classes how many there are
     * @return a prototype for each class
     * @throws IllegalArgumentException when a label is no class, or a class has no vector
     */
    public static Prototypes of(float[][] vectors, int[] labels, int classes) {
        check(vectors, labels, classes);
        int width = vectors[0].length;
        double[][] sums = new double[classes][width];
        int[] counts = new int[classes];
        for (int i = 0; i < labels.length; i++) {
            counts[labels[i]]++;
            for (int d = 0; d < width; d++) {
                sums[labels[i]][d] += vectors[i][d];
            }
        }
        float[][] means = new float[classes][width];
        for (int c = 0; c < classes; c++) {
            if (counts[c] == 0) {
                throw new IllegalArgumentException("class " + c + " has no vector");
            }
            for (int d = 0; d < width; d++) {
                means[c][d] = (float) (sums[c][d] / counts[c]);
            }
        }
        return new Prototypes(means, sharpness(vectors, labels, means, counts));
    }

    /** Refuses what does not go together. */
    static void check(float[][] vectors, int[] labels, int classes) {
        if (vectors.length == 0 || vectors.length != labels.length) {
            throw new IllegalArgumentException(
                    "there are %s vectors and %s labels, expected as many, and at least one"
                            .formatted(vectors.length, labels.length));
        }
        for (int label : labels) {
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException(
                        "label %s, expected 0 to %s".formatted(label, classes - 1));
            }
        }
    }

    /** By golden section over its logarithm: the loss has one valley there. */
    private static double sharpness(
            float[][] vectors, int[] labels, float[][] means, int[] counts) {
        double[][] squares = new double[vectors.length][];
        double typical = 0;
        int kept = 0;
        for (int i = 0; i < vectors.length; i++) {
            int count = counts[labels[i]];
            if (count > 1) {
                float[] vector = vectors[i];
                double[] each =
                        Arrays.stream(means)
                                .mapToDouble(m -> NearestVectors.square(vector, m))
                                .toArray();
                // Without this vector the mean is n/(n − 1) times as far.
                each[labels[i]] *= Math.pow(count / (count - 1.0), 2);
                typical += Arrays.stream(each).average().orElseThrow();
                squares[i] = each;
                kept++;
            }
        }
        if (kept == 0 || typical == 0 || means.length == 1) {
            return 1;
        }
        double unit = kept / typical;
        double low = LEAST;
        double high = MOST;
        for (int step = 0; step < STEPS; step++) {
            double a = high - GOLDEN * (high - low);
            double b = low + GOLDEN * (high - low);
            boolean left =
                    loss(squares, labels, unit * Math.exp(a))
                            <= loss(squares, labels, unit * Math.exp(b));
            if (left) {
                high = b;
            } else {
                low = a;
            }
        }
        return unit * Math.exp((low + high) / 2);
    }

    private static double loss(double[][] squares, int[] labels, double sharpness) {
        double loss = 0;
        for (int i = 0; i < labels.length; i++) {
            double[] each = squares[i];
            if (each != null) {
                double least = Arrays.stream(each).min().orElseThrow();
                double sum = 0;
                for (double square : each) {
                    sum += Math.exp(sharpness * (least - square));
                }
                loss += sharpness * (each[labels[i]] - least) + Math.log(sum);
            }
        }
        return loss;
    }

    /**
     * The class whose prototype is nearest.
     *
     * @param vector D numbers
     * @return its label; of equally near ones the least
     */
    public int label(float[] vector) {
        int best = 0;
        for (int c = 1; c < means.length; c++) {
            if (NearestVectors.square(vector, means[c])
                    < NearestVectors.square(vector, means[best])) {
                best = c;
            }
        }
        return best;
    }

    /**
     * The head's weight.
     *
     * @return 2s·μ, (classes, D) row by row
     */
    public float[] weight() {
        int width = means[0].length;
        float[] weight = new float[Math.multiplyExact(means.length, width)];
        for (int c = 0; c < means.length; c++) {
            for (int d = 0; d < width; d++) {
                weight[c * width + d] = (float) (2 * sharpness * means[c][d]);
            }
        }
        return weight;
    }

    /**
     * The head's bias.
     *
     * @return −s·‖μ‖², one for each class
     */
    public float[] bias() {
        float[] bias = new float[means.length];
        for (int c = 0; c < means.length; c++) {
            bias[c] =
                    (float)
                            (-sharpness
                                    * NearestVectors.square(means[c], new float[means[c].length]));
        }
        return bias;
    }

    /**
     * The prototypes that a head was made of.
     *
     * @param weight (classes, D) row by row
     * @param bias one for each class
     * @return the same classifier
     * @throws IllegalArgumentException when the head is none of prototypes, but was trained
     */
    public static Prototypes ofHead(float[] weight, float[] bias) {
        int width = weight.length / bias.length;
        double squares = 0;
        double biases = 0;
        for (int c = 0; c < bias.length; c++) {
            squares += NearestVectors.square(row(weight, c, width), new float[width]);
            biases -= bias[c];
        }
        double sharpness = squares / (4 * biases);
        for (int c = 0; c < bias.length && sharpness > 0; c++) {
            double expected =
                    -NearestVectors.square(row(weight, c, width), new float[width])
                            / (4 * sharpness);
            if (Math.abs(expected - bias[c]) > 1e-4 * Math.abs(expected) + 1e-6) {
                sharpness = 0;
            }
        }
        if (!(sharpness > 0)) {
            throw new IllegalArgumentException(
                    "its head was trained, expected one of prototypes, which takes further classes");
        }
        float[][] means = new float[bias.length][];
        for (int c = 0; c < means.length; c++) {
            means[c] = row(weight, c, width);
            for (int d = 0; d < width; d++) {
                means[c][d] /= (float) (2 * sharpness);
            }
        }
        return new Prototypes(means, sharpness);
    }

    private static float[] row(float[] weight, int row, int width) {
        return Arrays.copyOfRange(weight, row * width, (row + 1) * width);
    }

    /**
     * The same with further classes behind.
     *
     * @param others their prototypes; the sharpness stays this one's
     * @return a classifier of both
     */
    public Prototypes with(Prototypes others) {
        float[][] all = Arrays.copyOf(means, means.length + others.means.length);
        System.arraycopy(others.means, 0, all, means.length, others.means.length);
        return new Prototypes(all, sharpness);
    }
}
