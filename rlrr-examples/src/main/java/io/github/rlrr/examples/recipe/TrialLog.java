package io.github.rlrr.examples.recipe;

import io.github.rlrr.examples.output.JsonLines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a search has tried: one JSON object a line. A search that was cut off goes on after the last
 * whole line.
 */
public final class TrialLog {

    private final JsonLines<Entry> lines;

    /**
     * A combination that was tried.
     *
     * @param settings what it was trained with
     * @param accuracy on the validation images after the last epoch, 0 to 1; null when it failed
     * @param loss likewise, the mean cross-entropy
     * @param seconds of training and evaluation
     * @param failure why there is no accuracy; null when there is one
     */
    public record Entry(
            HyperParameters settings,
            @Nullable Double accuracy,
            @Nullable Double loss,
            double seconds,
            @Nullable String failure) {}

    private TrialLog(JsonLines<Entry> lines) {
        this.lines = lines;
    }

    /**
     * Opens a log, cutting off a last line that was not written to its end.
     *
     * @param file the file; need not exist
     * @return the log
     * @throws IOException when it cannot be read, or a line but the last is damaged
     */
    public static TrialLog open(Path file) throws IOException {
        return new TrialLog(JsonLines.open(file, Entry.class));
    }

    /**
     * What was tried with these settings.
     *
     * @param settings the combination
     * @return its entry, if there is one
     */
    public Optional<Entry> entry(HyperParameters settings) {
        return lines.values().stream()
                .filter(entry -> entry.settings().equals(settings))
                .findFirst();
    }

    /**
     * Adds a line.
     *
     * @param entry what was tried
     * @throws IOException when it cannot be written
     */
    public void add(Entry entry) throws IOException {
        lines.add(entry);
    }

    /**
     * The best combination: the highest accuracy, of equal ones the lowest loss, then the first.
     *
     * @return its entry; empty when all have failed
     */
    public Optional<Entry> best() {
        return lines.values().stream()
                .filter(entry -> entry.accuracy() != null)
                .min(
                        Comparator.comparingDouble((Entry entry) -> -value(entry.accuracy()))
                                .thenComparingDouble(entry -> value(entry.loss())));
    }

    private static double value(@Nullable Double number) {
        return number == null ? Double.MAX_VALUE : number;
    }
}
