package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.inference.NearestVectors.Neighbour;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearestVectorsTest {

    @Test
    void theNearestAreThoseOfASortByDistance() {
        Random random = new Random(1);
        float[][] vectors = new float[200][5];
        for (float[] vector : vectors) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = random.nextInt(4); // so that many are equally far
            }
        }
        float[] query = {1, 2, 0, 3, 1};

        List<Neighbour> expected =
                IntStream.range(0, vectors.length)
                        .mapToObj(i -> new Neighbour(i, distance(query, vectors[i])))
                        .sorted(
                                Comparator.comparingDouble(Neighbour::distance)
                                        .thenComparingInt(Neighbour::index))
                        .toList();

        NearestVectors nearest = new NearestVectors(vectors);
        for (int count : new int[] {1, 7, 50, 200}) {
            assertThat(nearest.nearest(query, count)).isEqualTo(expected.subList(0, count));
        }
        assertThat(nearest.nearest(query, 1000)).isEqualTo(expected);
    }

    private static double distance(float[] a, float[] b) {
        return Math.sqrt(
                IntStream.range(0, a.length)
                        .mapToDouble(i -> Math.pow((double) a[i] - b[i], 2))
                        .sum());
    }

    @Test
    void wrongSizesAreNamed() {
        NearestVectors two = new NearestVectors(new float[][] {{1, 2}, {3, 4}});

        assertThatThrownBy(() -> two.nearest(new float[3], 1))
                .hasMessage(
                        "the query has 3 numbers, the vectors have 2; embed both with the same"
                                + " network and pooling");
        assertThatThrownBy(() -> two.nearest(new float[2], 0))
                .hasMessage("count is 0, expected at least 1");
        assertThatThrownBy(() -> new NearestVectors(new float[0][]))
                .hasMessage("there are no vectors, expected at least one");
        assertThatThrownBy(() -> new NearestVectors(new float[][] {{1}, {1, 2}}))
                .hasMessage("vector 1 has 2 numbers, the first one 1");
    }
}
