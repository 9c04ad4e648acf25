package io.github.rlrr.examples.search;

import java.util.ArrayList;
import java.util.List;

/**
 * Successive halving (Jamieson and Talwalkar, AISTATS 2016): every arm is trained a little, the
 * better third of them three times as long, and so on, until the last few are trained to the end.
 *
 * @param rungs from the first to the last, whose steps are those of a whole training
 */
public record HalvingPlan(List<Rung> rungs) {

    /** η: of so many arms one goes on, to so many times as many steps. */
    static final int ETA = 3;

    /** A shorter probe tells nothing. */
    private static final long FEWEST_STEPS = 5;

    /**
     * So many arms are trained up to a step.
     *
     * @param arms how many
     * @param steps since their start: what a rung before has trained is not trained again
     */
    public record Rung(int arms, long steps) {}

    /**
     * What training costs, in seconds.
     *
     * @param opening of beginning or going on
     * @param step of a step
     * @param evaluation of looking at the validation images, once an epoch and once a rung
     * @param epochSteps the steps of an epoch
     */
    public record Costs(double opening, double step, double evaluation, long epochSteps) {

        /** Of going on from a step to another. */
        double of(long from, long to) {
            long evaluations = 1 + to / epochSteps - from / epochSteps;
            return opening + step * (to - from) + evaluation * evaluations;
        }
    }

    public HalvingPlan {
        rungs = List.copyOf(rungs);
    }

    /** Every arm to the end: the full grid. */
    public static HalvingPlan grid(int arms, long steps) {
        return new HalvingPlan(List.of(new Rung(arms, steps)));
    }

    /**
     * The plan with the fewest rungs within a budget. Where none is with all arms, there are fewer.
     *
     * @param arms how many there are
     * @param steps of a whole training
     * @param budget seconds, for the training of the last arm too
     * @throws IllegalArgumentException when two arms are too many
     */
    public static HalvingPlan of(int arms, long steps, Costs costs, double budget) {
        for (int some = arms; some > 1; some--) {
            for (int rungs = 1;
                    rungs == 1 || shortened(steps, rungs - 1) >= FEWEST_STEPS;
                    rungs++) {
                HalvingPlan plan = halved(some, steps, rungs);
                if (plan.seconds(costs) <= budget) {
                    return plan;
                }
            }
        }
        throw new IllegalArgumentException(
                "there is no time to search: one training takes about "
                        + Math.round(grid(1, steps).seconds(costs))
                        + " s, and the budget of "
                        + Math.round(budget)
                        + " s is too little for two to choose from; give a longer"
                        + " --search-budget, or fewer --epochs");
    }

    private static HalvingPlan halved(int arms, long steps, int rungs) {
        List<Rung> all = new ArrayList<>();
        int left = arms;
        for (int later = rungs - 1; later >= 0; later--) {
            all.add(new Rung(left, shortened(steps, later)));
            left = (left + ETA - 1) / ETA;
        }
        return new HalvingPlan(all);
    }

    private static long shortened(long steps, int times) {
        long divisor = Math.round(Math.pow(ETA, times));
        return (steps + divisor - 1) / divisor;
    }

    /** All steps of all arms. */
    public long steps() {
        long total = 0;
        long before = 0;
        for (Rung rung : rungs) {
            total += rung.arms() * (rung.steps() - before);
            before = rung.steps();
        }
        return total;
    }

    /** The forecast. */
    public double seconds(Costs costs) {
        double total = 0;
        long before = 0;
        for (Rung rung : rungs) {
            total += rung.arms() * costs.of(before, rung.steps());
            before = rung.steps();
        }
        return total;
    }

    /** Such as {@code 20 to step 28, 7 to step 84, 3 to step 250}. */
    @Override
    public String toString() {
        return String.join(
                ", ", rungs.stream().map(r -> r.arms() + " to step " + r.steps()).toList());
    }
}
