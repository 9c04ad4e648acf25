package io.github.rlrr.examples.recipe;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What one task gave with one seed, or why it gave nothing.
 *
 * @param task the task's name
 * @param protocol how it was trained and tested
 * @param search what was searched, as {@link SearchSpace} writes it; empty for nothing
 * @param seed of start values, order and dropout
 * @param failure why there is no result, in one line; null when there is one
 * @param accuracy the figures of the protocol, 0 to 1; empty when it failed
 * @param bestEpoch the epoch, from 1, with the best test accuracy; 0 where it was tested once
 * @param settings the hyper-parameters it was trained with, found or given
 * @param cost what it took
 * @param environment versions and counts, for the record
 */
public record TrialResult(
        String task,
        Variant.Protocol protocol,
        String search,
        long seed,
        @Nullable String failure,
        Map<Figure, Double> accuracy,
        int bestEpoch,
        HyperParameters settings,
        Cost cost,
        Map<String, String> environment) {

    /** The key of the number of trained parameters, the head among them, in the environment. */
    public static final String TRAINABLE = "trainable_parameters";

    /**
     * How many parameters were trained, the head among them.
     *
     * @param results of one method
     * @return the mean over those that say so
     */
    static OptionalDouble trainable(List<TrialResult> results) {
        return results.stream()
                .map(result -> result.environment().get(TRAINABLE))
                .filter(Objects::nonNull)
                .mapToLong(Long::parseLong)
                .average();
    }

    /** An accuracy that a protocol gives. */
    public enum Figure {
        /** On the test images after the last epoch, by the published protocol. */
        LAST_EPOCH("last epoch"),
        /** On the test images after the epoch where it was highest, by the published protocol. */
        BEST_ON_TEST("best on test"),
        /** On the test images, looked at once. */
        VALIDATED("validated"),
        /** On the validation images, of the hyper-parameters that a search chose. */
        VALIDATION("validation");

        private final String title;

        Figure(String title) {
            this.title = title;
        }

        /**
         * What a table's column is called.
         *
         * @return a few words in lower case
         */
        public String title() {
            return title;
        }

        /** In lower case, as files spell it: keys of a map are written by this. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a trial took, reading its images included.
     *
     * @param seconds of the clock
     * @param cpuSeconds of all threads together; 0 where the platform does not tell
     * @param peakMemoryKib the process' peak resident memory, natives included, during this trial
     *     where the platform can begin anew, else since the process began; 0 where it does not tell
     */
    public record Cost(double seconds, double cpuSeconds, long peakMemoryKib) {}

    public TrialResult {
        Map<Figure, Double> copy = new EnumMap<>(Figure.class);
        copy.putAll(accuracy);
        accuracy = Collections.unmodifiableMap(copy);
    }

    /**
     * The variant it belongs to.
     *
     * @return protocol and search
     */
    public Variant variant() {
        return new Variant(
                protocol, search.isEmpty() ? SearchSpace.NONE : SearchSpace.parse(search));
    }
}
