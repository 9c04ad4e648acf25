package io.github.rlrr.examples.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.examples.search.HalvingPlan.Rung;
import io.github.rlrr.task.Figures;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.task.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HalvingSearchTest {

    private static final Task TASK = SingleLabel.USUAL;

    private final Planned planned =
            new Planned(
                    Map.of("data", "pets"),
                    Arm.combinations(Arm.parse("lr=1,2,3,4,5,6,7,8,9")),
                    new HalvingPlan(List.of(new Rung(9, 10), new Rung(3, 30), new Rung(1, 90))),
                    90,
                    9,
                    81);

    @TempDir private Path folder;

    /** Training that is an accuracy by arm, and a record of what was asked for. */
    private static final class Fake implements HalvingSearch.Trials {

        final List<String> trained = new ArrayList<>();
        final Set<Integer> forgotten = new LinkedHashSet<>();
        private final double[] accuracies;
        private int left;

        Fake(int left, double... accuracies) {
            this.left = left;
            this.accuracies = accuracies;
        }

        @Override
        public @Nullable Figures train(int arm, long step) {
            if (left-- == 0) {
                return null;
            }
            assertThat(forgotten).doesNotContain(arm);
            trained.add(arm + " to " + step);
            double accuracy = accuracies[arm];
            if (accuracy < 0) {
                throw new ArithmeticException("the loss is NaN");
            }
            return TASK.figures().with(f -> f.name().equals("accuracy") ? accuracy : 1);
        }

        @Override
        public void forget(int arm) {
            forgotten.add(arm);
        }
    }

    private HalvingSearch open() throws IOException {
        return HalvingSearch.open(folder, planned, TASK, new PrintWriter(new StringWriter()));
    }

    @Test
    void theBetterThirdGoesOnAndTheBestOfTheLastIsChosen() throws IOException {
        Fake trials = new Fake(100, .1, .2, .3, .4, .9, .6, .7, .2, .1);

        SearchResult result = open().run(trials);

        assertThat(trials.trained).hasSize(13).endsWith("4 to 30", "6 to 30", "5 to 30", "4 to 90");
        assertThat(trials.forgotten).containsExactlyInAnyOrder(0, 1, 2, 3, 7, 8, 5, 6);
        assertThat(result.best().values()).containsEntry("lr", 5.0);
        assertThat(result.steps()).isEqualTo(9 * 10 + 3 * 20 + 60);
        assertThat(result.gridSteps()).isEqualTo(810);
        assertThat(result.text())
                .containsPattern("lr 5 +90.0 % +90.0 % +90.0 % +chosen\\s+lr 7 +70.0 % +70.0 %\\s");
    }

    @Test
    void ofEqualOnesTheLikelierGoesOn() throws IOException {
        SearchResult result = open().run(new Fake(100, new double[9]));

        assertThat(result.chosen()).isZero();
    }

    @Test
    void aSearchThatWasStoppedDoesNoTrialTwiceAndChoosesTheSame() throws IOException {
        double[] accuracies = {.1, .2, .3, .4, .9, .6, .7, .2, .1};
        Fake whole = new Fake(100, accuracies);
        SearchResult expected = open().run(whole);
        for (int stop = 0; stop < whole.trained.size(); stop++) {
            HalvingSearch.forget(folder);
            Fake first = new Fake(stop, accuracies);
            assertThat(open().run(first)).isNull();
            Fake second = new Fake(100, accuracies);
            SearchResult result = open().run(second);

            List<String> both = new ArrayList<>(first.trained);
            both.addAll(second.trained);
            assertThat(both).isEqualTo(whole.trained);
            assertThat(result.chosen()).isEqualTo(expected.chosen());
        }
    }

    @Test
    void whatDivergesDoesNotGoOn() throws IOException {
        SearchResult result = open().run(new Fake(100, -1, -1, .1, -1, -1, -1, -1, -1, -1));

        assertThat(result.chosen()).isEqualTo(2);
        assertThat(result.text()).contains("failed");
        assertThat(result.steps()).isEqualTo(8 * 10 + 90);
    }

    @Test
    void aSearchOfWhichAllFailsSaysWhy() {
        assertThatThrownBy(() -> open().run(new Fake(100, -1, -1, -1, -1, -1, -1, -1, -1, -1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("every trial of the search failed")
                .hasMessageContaining("the loss is NaN");
    }

    @Test
    void aPlanIsReadBackAndAnotherIsRefused() throws IOException {
        planned.write(folder);

        assertThat(Planned.read(folder, planned.facts())).isEqualTo(planned);
        assertThatThrownBy(() -> Planned.read(folder, Map.of("data", "cars", "lr", "1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("data was pets, now cars; lr was none, now 1")
                .hasMessageContaining("--restart");
    }
}
