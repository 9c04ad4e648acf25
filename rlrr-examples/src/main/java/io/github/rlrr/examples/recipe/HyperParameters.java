package io.github.rlrr.examples.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a recipe gives for each task and a user may set otherwise.
 *
 * @param epochs passes over the training images
 * @param learningRate the peak rate
 * @param dropout the rate of the last block's residual dropout; it rises linearly to there
 * @param weightDecay AdamW's decay
 * @param batchSize examples a step
 */
public record HyperParameters(
        int epochs, double learningRate, double dropout, double weightDecay, int batchSize) {

    /**
     * The same with one value set otherwise.
     *
     * @param setting which
     * @param value the value; a whole number for epochs and batch size
     * @return a copy
     */
    public HyperParameters with(Setting setting, double value) {
        return switch (setting) {
            case LEARNING_RATE ->
                    new HyperParameters(epochs, value, dropout, weightDecay, batchSize);
            case DROPOUT ->
                    new HyperParameters(epochs, learningRate, value, weightDecay, batchSize);
            case WEIGHT_DECAY ->
                    new HyperParameters(epochs, learningRate, dropout, value, batchSize);
            case BATCH_SIZE ->
                    new HyperParameters(epochs, learningRate, dropout, weightDecay, (int) value);
            case EPOCHS ->
                    new HyperParameters((int) value, learningRate, dropout, weightDecay, batchSize);
        };
    }

    /**
     * The same with some values set otherwise.
     *
     * @param values the values by setting
     * @return a copy
     */
    public HyperParameters with(Map<Setting, Double> values) {
        HyperParameters result = this;
        for (Map.Entry<Setting, Double> entry : values.entrySet()) {
            result = result.with(entry.getKey(), entry.getValue());
        }
        return result;
    }

    /**
     * What is wrong with values given for settings.
     *
     * @param setting what they are for
     * @param values the values
     * @return one sentence each; empty when all can be used
     */
    static List<String> faults(Setting setting, List<Double> values) {
        List<String> faults = new ArrayList<>();
        for (double value : values) {
            if (!setting.accepts(value)) {
                faults.add(
                        setting
                                + " is "
                                + Setting.text(value)
                                + ", expected "
                                + setting.expected());
            }
        }
        return faults;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "epochs=%d lr=%s dropout=%s weight-decay=%s batch-size=%d",
                epochs,
                Setting.text(learningRate),
                Setting.text(dropout),
                Setting.text(weightDecay),
                batchSize);
    }
}
