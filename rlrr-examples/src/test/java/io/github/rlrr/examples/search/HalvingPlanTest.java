package io.github.rlrr.examples.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.rlrr.examples.search.HalvingPlan.Costs;
import io.github.rlrr.examples.search.HalvingPlan.Rung;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalvingPlanTest {

    /** Steps alone, a second each. */
    private static final Costs STEPS = new Costs(0, 1, 0, 25);

    @Test
    void aThirdGoesOnToThreeTimesAsManySteps() {
        HalvingPlan plan = HalvingPlan.of(20, 250, STEPS, 0.33 * 20 * 250);

        assertThat(plan.rungs())
                .containsExactly(new Rung(20, 28), new Rung(7, 84), new Rung(3, 250));
        // 20·28 + 7·(84 − 28) + 3·(250 − 84): what was trained is not trained again.
        assertThat(plan.steps()).isEqualTo(1450);
        assertThat(plan).hasToString("20 to step 28, 7 to step 84, 3 to step 250");
    }

    @Test
    void aBudgetForAllIsTheGrid() {
        assertThat(HalvingPlan.of(20, 250, STEPS, 5000)).isEqualTo(HalvingPlan.grid(20, 250));
        assertThat(HalvingPlan.of(20, 250, STEPS, 4999).rungs()).hasSize(2);
    }

    @Test
    void fewerAreTriedWhereAllAreTooMany() {
        HalvingPlan plan = HalvingPlan.of(20, 250, STEPS, 500);

        assertThat(plan.rungs().get(0).arms()).isLessThan(20).isGreaterThan(5);
        assertThat(plan.rungs().get(plan.rungs().size() - 1).steps()).isEqualTo(250);
    }

    @ParameterizedTest
    @CsvSource({"2", "3", "7", "20", "100"})
    void noPlanIsForecastToBreakItsBudget(int arms) {
        Costs costs = new Costs(0.7, 0.05, 0.3, 40);
        for (int steps = 1; steps < 3000; steps = 3 * steps + 7) {
            double grid = HalvingPlan.grid(arms, steps).seconds(costs);
            for (double share = 1.01; share * arms > 2.1; share *= 0.8) {
                HalvingPlan plan = HalvingPlan.of(arms, steps, costs, share * grid);
                assertThat(plan.seconds(costs)).isLessThanOrEqualTo(share * grid);
                List<Rung> rungs = plan.rungs();
                assertThat(rungs.get(rungs.size() - 1).steps()).isEqualTo(steps);
                for (int i = 1; i < rungs.size(); i++) {
                    assertThat(rungs.get(i).steps()).isGreaterThan(rungs.get(i - 1).steps());
                    assertThat(rungs.get(i).arms()).isLessThanOrEqualTo(rungs.get(i - 1).arms());
                }
            }
        }
    }

    @Test
    void evaluationsAndGoingOnCostToo() {
        Costs costs = new Costs(2, 1, 10, 25);
        // Once an epoch and once at the end of the rung.
        assertThat(costs.of(0, 25)).isEqualTo(2 + 25 + 20);
        assertThat(costs.of(28, 84)).isCloseTo(2 + 56 + 30, within(1e-9));
    }

    @Test
    void aBudgetThatIsTooSmallForTwoIsRefused() {
        assertThatThrownBy(() -> HalvingPlan.of(20, 250, STEPS, 250))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one training takes about 250 s")
                .hasMessageContaining("--search-budget");
    }

    @ParameterizedTest
    @CsvSource({"33%, 330", "90s, 90", "10m, 600", "1.5h, 5400"})
    void aBudgetIsATimeOrAShareOfTheGrid(String text, double seconds) {
        assertThat(Budget.parse(text).seconds(1000)).isCloseTo(seconds, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"''", "0m", "ten", "10", "-5m"})
    void anyOtherBudgetIsRefused(String text) {
        assertThatThrownBy(() -> Budget.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--search-budget is \"" + text + "\"");
    }

    @Test
    void theLikelyCombinationsComeFirst() {
        List<Arm> arms = Arm.combinations(Arm.parse("lr=0.01,0.1,0.001,rank=1,4"));

        assertThat(arms.stream().map(Arm::toString))
                .containsExactly(
                        "lr 0.01, rank 1",
                        "lr 0.01, rank 4",
                        "lr 0.1, rank 1",
                        "lr 0.1, rank 4",
                        "lr 0.001, rank 1",
                        "lr 0.001, rank 4");
    }
}
