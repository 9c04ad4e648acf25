package io.github.rlrr.training;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.rlrr.io.WriteFault;
import io.github.rlrr.task.Evaluation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object a line: each epoch's metrics, and whatever else a run has to say.
 *
 * <p>Every line is flushed when it is written, so a killed run leaves whole lines. Figures that do
 * not exist (validation without a validation set) are left out. Epoch lines have {@code epoch}
 * (from 1) and the {@linkplain EpochMetrics#values values} of its metrics: {@code learning_rate},
 * the task's figures, such as {@code train_loss} and {@code validation_accuracy}, {@code seconds},
 * and {@code waited}, those of them spent waiting for data.
 */
public final class MetricsLog implements FineTuneListener, AutoCloseable {

    private static final Gson GSON = new Gson();

    /** The file, begun with its first line: a run that is refused leaves the old one. */
    private static final class Lines {
        final Path file;
        @Nullable Writer writer;

        Lines(Path file) {
            this.file = file;
        }

        void write(String line) throws IOException {
            if (writer == null) {
                writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
            }
            writer.write(line + "\n");
            writer.flush();
        }
    }

    private final Lines lines;
    private final Map<String, String> labels;

    private MetricsLog(Lines lines, Map<String, String> labels) {
        this.lines = lines;
        this.labels = labels;
    }

    /**
     * Prepares a file; one of that name is replaced when the first line is written.
     *
     * @param file where to write
     * @return the log
     * @throws IOException when its folder cannot be made
     */
    public static MetricsLog create(Path file) throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        return new MetricsLog(new Lines(file), Map.of());
    }

    /**
     * A view of this log that marks its lines.
     *
     * @param label the key
     * @param value the value every line gets
     * @return a log that writes to the same file; close only the first one
     */
    public MetricsLog labelled(String label, String value) {
        Map<String, String> all = new LinkedHashMap<>(labels);
        all.put(label, value);
        return new MetricsLog(lines, all);
    }

    /** Writes the epochs before as if this run had trained them. */
    @Override
    public void onContinue(long step, List<EpochMetrics> epochs) {
        epochs.forEach(this::onEpoch);
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        JsonObject line = new JsonObject();
        labels.forEach(line::addProperty);
        line.addProperty("epoch", metrics.epoch());
        metrics.values().forEach((name, value) -> add(line, name, value));
        write(line);
    }

    /**
     * Writes an evaluation.
     *
     * @param set what was evaluated, such as {@code test}
     * @param evaluation the figures
     */
    public void evaluation(String set, Evaluation evaluation) {
        JsonObject line = new JsonObject();
        labels.forEach(line::addProperty);
        line.addProperty("set", set);
        line.addProperty("examples", evaluation.examples());
        evaluation.figures().all().forEach(figure -> add(line, figure.name(), figure.value()));
        write(line);
    }

    private static void add(JsonObject line, String name, double value) {
        if (Double.isFinite(value)) {
            line.addProperty(name, value);
        }
    }

    private void write(JsonObject line) {
        try {
            lines.write(GSON.toJson(line));
        } catch (IOException e) {
            throw new UncheckedIOException(WriteFault.of(lines.file, line.toString().length(), e));
        }
    }

    @Override
    public void close() throws IOException {
        if (lines.writer != null) {
            lines.writer.close();
        }
    }
}
