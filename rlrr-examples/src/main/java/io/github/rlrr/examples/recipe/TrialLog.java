package io.github.rlrr.examples.recipe;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WriteFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a search has tried: one JSON object a line. A search that was cut off goes on after the last
 * whole line.
 */
public final class TrialLog {

    private static final Gson GSON = ResultStore.lines();

    private final Path file;
    private final List<Entry> entries = new ArrayList<>();

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

    private TrialLog(Path file) {
        this.file = file;
    }

    /**
     * Opens a log, cutting off a last line that was not written to its end.
     *
     * @param file the file; need not exist
     * @return the log
     * @throws IOException when it cannot be read, or a line but the last is damaged
     */
    public static TrialLog open(Path file) throws IOException {
        TrialLog log = new TrialLog(file);
        if (Files.exists(file)) {
            String text = Files.readString(file);
            int whole = text.lastIndexOf('\n') + 1;
            for (String line : text.substring(0, whole).lines().toList()) {
                try {
                    log.entries.add(GSON.fromJson(line, Entry.class));
                } catch (JsonParseException e) {
                    throw new IOException(
                            file
                                    + ": not a line of a search: "
                                    + line
                                    + "; delete the file to search again",
                            e);
                }
            }
            if (whole < text.length()) {
                AtomicFile.write(file, AtomicFile.text(text.substring(0, whole)));
            }
        }
        return log;
    }

    /**
     * What was tried with these settings.
     *
     * @param settings the combination
     * @return its entry, if there is one
     */
    public Optional<Entry> entry(HyperParameters settings) {
        return entries.stream().filter(entry -> entry.settings().equals(settings)).findFirst();
    }

    /**
     * Adds a line.
     *
     * @param entry what was tried
     * @throws IOException when it cannot be written
     */
    public void add(Entry entry) throws IOException {
        byte[] line = (GSON.toJson(entry) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            Files.write(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw WriteFault.of(file, line.length, e);
        }
        entries.add(entry);
    }

    /**
     * The best combination: the highest accuracy, of equal ones the lowest loss, then the first.
     *
     * @return its entry; empty when all have failed
     */
    public Optional<Entry> best() {
        return entries.stream()
                .filter(entry -> entry.accuracy() != null)
                .min(
                        Comparator.comparingDouble((Entry entry) -> -value(entry.accuracy()))
                                .thenComparingDouble(entry -> value(entry.loss())));
    }

    private static double value(@Nullable Double number) {
        return number == null ? Double.MAX_VALUE : number;
    }
}
