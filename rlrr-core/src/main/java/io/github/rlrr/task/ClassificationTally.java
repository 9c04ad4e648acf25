package io.github.rlrr.task;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Counts examples as they come and makes figures of them. It holds C² counts for C classes, however
 * many examples there are. Not safe for several threads.
 */
public final class ClassificationTally {

    private static final int BINS = ClassificationFigures.CALIBRATION_BINS;
    private static final int TOP = 5;

    private final List<String> classNames;
    private final int[][] counts;
    private final int[] binExamples = new int[BINS];
    private final int[] binCorrect = new int[BINS];
    private final double[] binConfidence = new double[BINS];
    private int examples;
    private int correct;
    private int amongTop;
    private double loss;

    /**
     * Starts with nothing counted.
     *
     * @param classNames the classes in label order
     */
    public ClassificationTally(List<String> classNames) {
        this.classNames = List.copyOf(classNames);
        counts = new int[classNames.size()][classNames.size()];
    }

    /**
     * Counts one example.
     *
     * @param label its class
     * @param logits one for each class
     * @return how it was classified
     * @throws IllegalArgumentException if there is not one logit a class, or the label is none of
     *     them
     * @throws ArithmeticException if a logit is NaN or infinite
     */
    public Classified add(int label, float[] logits) {
        check(label, logits);
        int predicted = Logits.argMax(logits);
        double confidence = Logits.confidence(logits);
        Classified example =
                new Classified(
                        examples, label, predicted, confidence, Logits.crossEntropy(logits, label));
        int right = example.correct() ? 1 : 0;
        int bin = Math.max(0, (int) Math.ceil(confidence * BINS) - 1);
        binExamples[bin]++;
        binCorrect[bin] += right;
        binConfidence[bin] += confidence;
        counts[label][predicted]++;
        examples++;
        correct += right;
        amongTop += Logits.rank(logits, label) < TOP ? 1 : 0;
        loss += example.loss();
        return example;
    }

    private void check(int label, float[] logits) {
        int classes = classNames.size();
        if (logits.length != classes) {
            throw new IllegalArgumentException(
                    "the model gives "
                            + logits.length
                            + " logits, expected one for each of "
                            + classes
                            + " classes; give it a head for "
                            + classes);
        }
        if (label < 0 || label >= classes) {
            throw new IllegalArgumentException(
                    "label " + label + ", expected 0 to " + (classes - 1));
        }
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new ArithmeticException(
                        "a logit of example "
                                + examples
                                + " is "
                                + logit
                                + ", expected a finite number; the model is spoiled, as by a"
                                + " learning rate too high");
            }
        }
    }

    /**
     * Sums up what was counted so far.
     *
     * @return the figures
     * @throws IllegalStateException if nothing was counted
     */
    public ClassificationFigures figures() {
        if (examples == 0) {
            throw new IllegalStateException("0 examples counted, expected at least 1");
        }
        List<ClassFigures> classes = classes();
        List<CalibrationBin> bins = bins();
        return new ClassificationFigures(
                examples,
                loss / examples,
                (double) correct / examples,
                classNames.size() > TOP
                        ? OptionalDouble.of((double) amongTop / examples)
                        : OptionalDouble.empty(),
                classes.stream()
                        .mapToDouble(ClassFigures::f1)
                        .filter(Double::isFinite)
                        .average()
                        .orElseThrow(),
                bins.stream()
                                .filter(bin -> bin.examples() > 0)
                                .mapToDouble(
                                        b -> b.examples() * Math.abs(b.accuracy() - b.confidence()))
                                .sum()
                        / examples,
                classes,
                bins,
                new ConfusionMatrix(copy(counts)));
    }

    private List<ClassFigures> classes() {
        List<ClassFigures> classes = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            int support = 0;
            int predicted = 0;
            for (int j = 0; j < counts.length; j++) {
                support += counts[i][j];
                predicted += counts[j][i];
            }
            classes.add(new ClassFigures(classNames.get(i), support, predicted, counts[i][i]));
        }
        return List.copyOf(classes);
    }

    private List<CalibrationBin> bins() {
        List<CalibrationBin> bins = new ArrayList<>();
        for (int i = 0; i < BINS; i++) {
            int n = binExamples[i];
            bins.add(new CalibrationBin(n, binConfidence[i] / n, (double) binCorrect[i] / n));
        }
        return List.copyOf(bins);
    }

    private static int[][] copy(int[][] counts) {
        int[][] copy = new int[counts.length][];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts[i].clone();
        }
        return copy;
    }
}
