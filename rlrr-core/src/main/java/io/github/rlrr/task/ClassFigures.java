package io.github.rlrr.task;

/**
 * How a classifier does on the examples of one class.
 *
 * <p>With TP the examples of the class that were given it: recall is TP / support, precision TP /
 * predicted, F1 their harmonic mean, 2·TP / (support + predicted). Where the divisor is 0 the
 * figure is NaN: there is nothing to tell.
 *
 * @param name the class
 * @param support examples of this class
 * @param predicted examples that were given this class, rightly or not
 * @param correct examples of this class that were given it
 */
public record ClassFigures(String name, int support, int predicted, int correct) {

    /**
     * The share of this class's examples that were found, its accuracy.
     *
     * @return 0 to 1; NaN where the class has no examples
     */
    public double recall() {
        return (double) correct / support;
    }

    /**
     * The share of what was given this class that has it.
     *
     * @return 0 to 1; NaN where nothing was given it
     */
    public double precision() {
        return (double) correct / predicted;
    }

    /**
     * The harmonic mean of precision and recall.
     *
     * @return 0 to 1; NaN where the class neither has examples nor was given to any
     */
    public double f1() {
        return 2.0 * correct / ((long) support + predicted);
    }
}
