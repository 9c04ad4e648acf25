package io.github.rlrr.examples.report;

import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the loss and the learning rate over the steps of a run, thinned out evenly so that memory
 * does not grow with its length.
 */
public final class StepCurve implements FineTuneListener {

    private static final int MOST_POINTS = 1000;

    /**
     * One step.
     *
     * @param step from 1
     * @param epoch how far the run was, in epochs
     * @param loss the mean loss of the last few steps; NaN before the first reading
     * @param learningRate the step's
     */
    record Point(long step, double epoch, double loss, double learningRate) {}

    private final double stepsPerEpoch;
    private final List<Point> points = new ArrayList<>();
    private long stride = 1;

    /**
     * Prepares for a run.
     *
     * @param trainingImages the size of the training set
     * @param imagesPerStep the images whose gradients make a step
     */
    public StepCurve(int trainingImages, int imagesPerStep) {
        stepsPerEpoch = Math.ceil((double) trainingImages / imagesPerStep);
    }

    /** Of the epochs before there are only the means. */
    @Override
    public void onContinue(long step, List<EpochMetrics> epochs) {
        for (EpochMetrics m : epochs) {
            long last = Math.round(m.epoch() * stepsPerEpoch);
            points.add(new Point(last, m.epoch(), m.trainLoss(), m.learningRate()));
        }
    }

    @Override
    public void onStep(StepProgress progress) {
        if (progress.step() % stride != 0) {
            return;
        }
        points.add(
                new Point(
                        progress.step(),
                        progress.step() / stepsPerEpoch,
                        progress.loss(),
                        progress.learningRate()));
        if (points.size() > MOST_POINTS) {
            stride *= 2;
            points.removeIf(point -> point.step() % stride != 0);
        }
    }

    /** What was kept, in order. */
    public List<Point> points() {
        return List.copyOf(points);
    }
}
