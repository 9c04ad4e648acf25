package io.github.rlrr.vit.inference;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Vectors among which the nearest ones are looked for, one by one: exact, by the Euclidean
 * distance. Of vectors of length 1 the nearest are those of the greatest cosine, which is 1 −
 * distance² / 2.
 */
public final class NearestVectors {

    private final float[][] vectors;

    /**
     * Looks among vectors.
     *
     * @param vectors at least one, all of one length; not copied
     * @throws IllegalArgumentException when there is none, or their lengths differ
     */
    public NearestVectors(float[][] vectors) {
        if (vectors.length == 0) {
            throw new IllegalArgumentException("there are no vectors, expected at least one");
        }
        for (int i = 1; i < vectors.length; i++) {
            if (vectors[i].length != vectors[0].length) {
                throw new IllegalArgumentException(
                        "vector "
                                + i
                                + " has "
                                + vectors[i].length
                                + " numbers, the first one "
                                + vectors[0].length);
            }
        }
        this.vectors = vectors;
    }

    /**
     * A vector that was found.
     *
     * @param index its number, from 0
     * @param distance to what was asked for
     */
    public record Neighbour(int index, double distance) {}

    /**
     * How many there are.
     *
     * @return at least 1
     */
    public int size() {
        return vectors.length;
    }

    /**
     * Finds the nearest ones.
     *
     * @param query as long as the vectors
     * @param count how many, at least 1; all of them where there are fewer
     * @return the nearest first; of equally near ones the first
     * @throws IllegalArgumentException when the query has another length, or the count is below 1
     */
    public List<Neighbour> nearest(float[] query, int count) {
        if (query.length != vectors[0].length) {
            throw new IllegalArgumentException(
                    "the query has "
                            + query.length
                            + " numbers, the vectors have "
                            + vectors[0].length
                            + "; embed both with the same network and pooling");
        }
        if (count < 1) {
            throw new IllegalArgumentException("count is " + count + ", expected at least 1");
        }
        // The worst of the best at the head.
        PriorityQueue<Neighbour> best =
                new PriorityQueue<>(
                        (a, b) -> {
                            int byDistance = Double.compare(b.distance(), a.distance());
                            return byDistance != 0
                                    ? byDistance
                                    : Integer.compare(b.index(), a.index());
                        });
        for (int i = 0; i < vectors.length; i++) {
            double square = square(query, vectors[i]);
            if (best.size() < count) {
                best.add(new Neighbour(i, square));
            } else if (square < best.element().distance()) {
                best.remove();
                best.add(new Neighbour(i, square));
            }
        }
        Deque<Neighbour> sorted = new ArrayDeque<>();
        while (!best.isEmpty()) {
            Neighbour worst = best.remove();
            sorted.addFirst(new Neighbour(worst.index(), Math.sqrt(worst.distance())));
        }
        return List.copyOf(sorted);
    }

    /** The squared distance of two vectors. */
    static double square(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }
}
