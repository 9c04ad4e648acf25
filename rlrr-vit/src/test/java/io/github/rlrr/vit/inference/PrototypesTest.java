package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.vit.Parity;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against scikit-learn: {@code parity/neighbours/make_neighbours.py} made the numbers. */
class PrototypesTest {

    private static JsonObject said;
    private static float[][] vectors;
    private static float[][] asked;
    private static int[] labels;

    @BeforeAll
    static void read() throws IOException {
        said =
                JsonParser.parseString(
                                Files.readString(Parity.resource("neighbours/neighbours.json")))
                        .getAsJsonObject();
        vectors = get("vectors", float[][].class);
        asked = get("asked", float[][].class);
        labels = get("labels", int[].class);
    }

    private static <T> T get(String name, Class<T> type) {
        return new Gson().fromJson(said.get(name), type);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 8})
    void theNearestVoteAsWithScikitLearn(int count) {
        NearestNeighbours voters = new NearestNeighbours(vectors, labels, 4, count);
        double[][] shares = get("shares" + count, double[][].class);
        for (int i = 0; i < asked.length; i++) {
            assertThat(voters.shares(asked[i])).containsExactly(shares[i], within(1e-12));
        }
        assertThat(Arrays.stream(asked).mapToInt(voters::label).toArray())
                .isEqualTo(get("neighbours" + count, int[].class));
    }

    @Test
    void theNearestPrototypeIsThatOfScikitLearn() {
        Prototypes prototypes = Prototypes.of(vectors, labels, 4);

        int[] centroid = get("centroid", int[].class);
        assertThat(predicted(prototypes)).isEqualTo(centroid);
        assertThat(Arrays.stream(asked).mapToInt(prototypes::label).toArray()).isEqualTo(centroid);
    }

    /** As the head of a network would. */
    private static int[] predicted(Prototypes prototypes) {
        return Arrays.stream(asked)
                .mapToInt(
                        vector -> {
                            double[] logits = logits(prototypes, vector);
                            int best = 0;
                            for (int c = 1; c < logits.length; c++) {
                                best = logits[c] > logits[best] ? c : best;
                            }
                            return best;
                        })
                .toArray();
    }

    private static double[] logits(Prototypes prototypes, float[] vector) {
        float[] weight = prototypes.weight();
        float[] bias = prototypes.bias();
        double[] logits = new double[bias.length];
        for (int c = 0; c < bias.length; c++) {
            logits[c] = bias[c];
            for (int d = 0; d < vector.length; d++) {
                logits[c] += (double) weight[c * vector.length + d] * vector[d];
            }
        }
        return logits;
    }

    /** The loss of each image by prototypes that were made without it is least there. */
    @Test
    void noOtherSharpnessMakesLabelsThatWereLeftOutMoreProbable() {
        double chosen = Prototypes.of(vectors, labels, 4).sharpness();

        double least = leftOut(chosen);
        assertThat(leftOut(chosen * 1.05)).isGreaterThan(least);
        assertThat(leftOut(chosen / 1.05)).isGreaterThan(least);
    }

    private static double leftOut(double sharpness) {
        double loss = 0;
        for (int i = 0; i < labels.length; i++) {
            int left = i;
            int[] others = java.util.stream.IntStream.range(0, 60).filter(k -> k != left).toArray();
            float[][] rest =
                    Arrays.stream(others).mapToObj(k -> vectors[k]).toArray(float[][]::new);
            int[] theirs = Arrays.stream(others).map(k -> labels[k]).toArray();
            Prototypes made = new Prototypes(Prototypes.of(rest, theirs, 4).means(), sharpness);
            double[] logits = logits(made, vectors[i]);
            double sum = Arrays.stream(logits).map(Math::exp).sum();
            loss += Math.log(sum) - logits[labels[i]];
        }
        return loss;
    }

    @Test
    void aClassIsAddedToAHeadOfPrototypesAlone() {
        int[] three = Arrays.stream(labels).filter(label -> label < 3).toArray();
        float[][] theirs = new float[three.length][];
        float[][] fourth = new float[15][];
        for (int i = 0, a = 0, b = 0; i < 60; i++) {
            if (labels[i] < 3) {
                theirs[a++] = vectors[i];
            } else {
                fourth[b++] = vectors[i];
            }
        }
        Prototypes before = Prototypes.of(theirs, three, 3);
        Prototypes read = Prototypes.ofHead(before.weight(), before.bias());

        assertThat(read.sharpness())
                .isCloseTo(before.sharpness(), within(1e-5 * before.sharpness()));
        assertThat(predicted(read.with(Prototypes.of(fourth, new int[15], 1))))
                .isEqualTo(get("centroid", int[].class));
        assertThatThrownBy(
                        () -> Prototypes.ofHead(new float[] {1, 2, 3, 4}, new float[] {0.5f, -3}))
                .hasMessage(
                        "its head was trained, expected one of prototypes, which takes further"
                                + " classes");
    }

    @Test
    void aClassWithoutVectorsIsRefused() {
        assertThatThrownBy(() -> Prototypes.of(vectors, labels, 5))
                .hasMessage("class 4 has no vector");
        assertThatThrownBy(() -> new NearestNeighbours(vectors, labels, 3, 1))
                .hasMessage("label 3, expected 0 to 2");
        assertThatThrownBy(() -> Prototypes.of(vectors, new int[2], 1))
                .hasMessage(
                        "there are 60 vectors and 2 labels, expected as many, and at least one");
    }
}
