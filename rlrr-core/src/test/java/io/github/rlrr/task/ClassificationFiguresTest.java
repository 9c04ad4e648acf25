package io.github.rlrr.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.core.Linear;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.Blobs;
import io.github.rlrr.Fixtures;
import io.github.rlrr.task.ConfusionMatrix.Confusion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against scikit-learn's figures, see make_figures.py, and against counts made by hand. */
class ClassificationFiguresTest {

    private static final Offset<Double> EXACT = within(1e-12);
    private static final List<String> EIGHT = List.of("a", "b", "c", "d", "e", "f", "g", "h");

    private final JsonObject expected =
            JsonParser.parseString(resource("expected.json")).getAsJsonObject();

    private static String resource(String name) {
        try (InputStream in =
                ClassificationFiguresTest.class.getResourceAsStream("/figures/" + name)) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClassificationFigures figures() {
        ClassificationTally tally = new ClassificationTally(EIGHT);
        resource("logits.csv")
                .lines()
                .forEach(
                        line -> {
                            String[] cells = line.split(",", -1);
                            float[] logits = new float[cells.length - 1];
                            for (int i = 0; i < logits.length; i++) {
                                logits[i] = Float.parseFloat(cells[i + 1]);
                            }
                            tally.add(Integer.parseInt(cells[0]), logits);
                        });
        return tally.figures();
    }

    private static void assertSame(JsonElement expected, double actual) {
        if (expected.isJsonNull()) {
            assertThat(actual).isNaN();
        } else {
            assertThat(actual).isCloseTo(expected.getAsDouble(), EXACT);
        }
    }

    @Test
    void theFiguresOfTheWholeSetAreThoseOfScikitLearn() {
        ClassificationFigures figures = figures();
        assertThat(figures.examples()).isEqualTo(300);
        assertSame(expected.get("loss"), figures.loss());
        assertSame(expected.get("accuracy"), figures.accuracy());
        assertSame(expected.get("top_five"), figures.topFive().orElseThrow());
        assertSame(expected.get("macro_f1"), figures.macroF1());
        assertSame(expected.get("calibration_error"), figures.calibrationError());
        assertThat(figures.evaluation())
                .isEqualTo(
                        new Evaluation(
                                300, SingleLabel.figures(figures.loss(), figures.accuracy())));
    }

    @Test
    void theFiguresOfEachClassAreThoseOfScikitLearn() {
        List<ClassFigures> classes = figures().classes();
        assertThat(classes).extracting(ClassFigures::name).isEqualTo(EIGHT);
        for (int i = 0; i < classes.size(); i++) {
            ClassFigures figures = classes.get(i);
            assertSame(expected.getAsJsonArray("precision").get(i), figures.precision());
            assertSame(expected.getAsJsonArray("recall").get(i), figures.recall());
            assertSame(expected.getAsJsonArray("f1").get(i), figures.f1());
            assertThat(figures.support())
                    .isEqualTo(expected.getAsJsonArray("support").get(i).getAsInt());
        }
        // The two kinds of classes about which there is nothing to tell are among them.
        assertThat(classes.get(6).recall()).isNaN();
        assertThat(classes.get(7).precision()).isNaN();
    }

    @Test
    void theConfusionMatrixIsThatOfScikitLearnWithLabelsAsRows() {
        ConfusionMatrix confusion = figures().confusion();
        assertThat(confusion.classes()).isEqualTo(8);
        for (int label = 0; label < 8; label++) {
            JsonElement row = expected.getAsJsonArray("confusion").get(label);
            for (int predicted = 0; predicted < 8; predicted++) {
                assertThat(confusion.count(label, predicted))
                        .isEqualTo(row.getAsJsonArray().get(predicted).getAsInt());
            }
        }
    }

    @Test
    void everyConfusionIsListedOnceTheMostFrequentFirst() {
        ConfusionMatrix confusion =
                new ConfusionMatrix(new int[][] {{9, 1, 3}, {0, 9, 3}, {4, 0, 0}});
        assertThat(confusion.confusions())
                .containsExactly(
                        new Confusion(2, 0, 4),
                        new Confusion(0, 2, 3),
                        new Confusion(1, 2, 3),
                        new Confusion(0, 1, 1));
    }

    @Test
    void ofEqualLogitsTheFirstIsTheLarger() {
        ClassificationTally tally = new ClassificationTally(EIGHT);
        for (int label = 0; label < 8; label++) {
            assertThat(tally.add(label, new float[8]).predicted()).isZero();
        }
        ClassificationFigures figures = tally.figures();
        assertThat(figures.accuracy()).isEqualTo(1 / 8.0);
        assertThat(figures.topFive()).hasValue(5 / 8.0);
        assertThat(figures.loss()).isCloseTo(Math.log(8), EXACT);
    }

    @Test
    void topFiveIsLeftOutWhereEveryLabelWouldBeAmongThem() {
        ClassificationTally tally = new ClassificationTally(EIGHT.subList(0, 5));
        tally.add(4, new float[] {5, 4, 3, 2, 1});
        assertThat(tally.figures().topFive()).isEmpty();
    }

    @Test
    void aConfidenceOnABinsEdgeBelongsToTheBinBelow() {
        // softmax(0, 0, 0) is 1/3, the upper edge of the fifth of fifteen bins; 1 is the last's.
        ClassificationTally tally = new ClassificationTally(EIGHT.subList(0, 3));
        tally.add(0, new float[3]);
        tally.add(1, new float[3]);
        tally.add(2, new float[] {0, 0, 1000});
        List<CalibrationBin> bins = tally.figures().calibration();
        assertThat(bins).hasSize(15);
        assertThat(bins.get(4)).isEqualTo(new CalibrationBin(2, 1 / 3.0, 0.5));
        assertThat(bins.get(14)).isEqualTo(new CalibrationBin(1, 1, 1));
        assertThat(tally.figures().calibrationError()).isCloseTo(2 / 3.0 * (0.5 - 1 / 3.0), EXACT);
    }

    @Test
    void anExampleIsToldWithItsConfidenceAndItsLoss() {
        ClassificationTally tally = new ClassificationTally(EIGHT.subList(0, 2));
        tally.add(0, new float[] {3, 1});
        Classified second = tally.add(0, new float[] {1, 3});
        double probability = 1 / (1 + Math.exp(-2));
        assertThat(second.index()).isEqualTo(1);
        assertThat(second.correct()).isFalse();
        assertThat(second.predicted()).isEqualTo(1);
        assertThat(second.confidence()).isCloseTo(probability, EXACT);
        assertThat(second.loss()).isCloseTo(-Math.log(1 - probability), EXACT);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aLogitThatIsNoNumberIsRefused(float bad) {
        ClassificationTally tally = new ClassificationTally(EIGHT.subList(0, 2));
        tally.add(0, new float[] {3, 1});
        assertThatThrownBy(() -> tally.add(0, new float[] {1, bad}))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("a logit of example 1 is " + bad);
        assertThat(tally.figures().examples()).as("nothing was counted").isEqualTo(1);
    }

    @Test
    void whatDoesNotFitTheClassesIsRefused() {
        ClassificationTally tally = new ClassificationTally(EIGHT.subList(0, 2));
        assertThatThrownBy(() -> tally.add(0, new float[3]))
                .hasMessageContaining("the model gives 3 logits, expected one for each of 2");
        assertThatThrownBy(() -> tally.add(2, new float[2])).hasMessage("label 2, expected 0 to 1");
        assertThatThrownBy(tally::figures).hasMessageContaining("0 examples counted");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64})
    void aModelIsRunOverADataSetInOrder(int batchSize) {
        Blobs data = new Blobs(10, 3);
        List<Classified> told = new ArrayList<>();
        try (NDManager manager = Fixtures.manager()) {
            Linear linear = Fixtures.linear(manager, 1, 4, 3, true);
            Fixtures.Alive before = Fixtures.alive();
            ClassificationFigures figures =
                    ClassificationFigures.of(linear, data, batchSize, Device.cpu(), told::add);
            assertThat(Fixtures.alive()).isEqualTo(before);
            assertThat(figures.evaluation())
                    .isEqualTo(Evaluation.of(linear, data, batchSize, Device.cpu()));
        }
        assertThat(told)
                .extracting(Classified::index)
                .containsExactlyElementsOf(IntStream.range(0, 10).boxed().toList());
        assertThat(told)
                .extracting(Classified::label)
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).map(data::label).boxed().toList());
    }
}
