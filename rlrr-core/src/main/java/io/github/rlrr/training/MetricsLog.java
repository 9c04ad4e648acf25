package io.github.rlrr.training;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes one JSON object a line: each epoch's metrics, and whatever else a run has to say.
 *
 * <p>Every line is flushed when it is written, so a killed run leaves whole lines. Figures that do
 * not exist (validation without a validation set) are left out. Epoch lines have {@code epoch}
 * (from 1), {@code learning_rate}, {@code train_loss} and {@code validation_loss} (mean
 * cross-entropy, nats), {@code train_accuracy} and {@code validation_accuracy} (0 to 1), {@code
 * seconds}.
 */
public final class MetricsLog implements FineTuneListener, AutoCloseable {

    private static final Gson GSON = new Gson();

    private final Path file;
    private final Writer writer;
    private final Map<String, String> labels;

    private MetricsLog(Path file, Writer writer, Map<String, String> labels) {
        this.file = file;
        this.writer = writer;
        this.labels = labels;
    }

    /**
     * Starts a file; one of that name is replaced.
     *
     * @param file where to write
     * @return the log
     * @throws IOException when the file cannot be written
     */
    public static MetricsLog create(Path file) throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        return new MetricsLog(
                file, Files.newBufferedWriter(file, StandardCharsets.UTF_8), Map.of());
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
        return new MetricsLog(file, writer, all);
    }

    @Override
    public void onEpoch(EpochMetrics metrics) {
        JsonObject line = new JsonObject();
        labels.forEach(line::addProperty);
        line.addProperty("epoch", metrics.epoch());
        add(line, "learning_rate", metrics.learningRate());
        add(line, "train_loss", metrics.trainLoss());
        add(line, "train_accuracy", metrics.trainAccuracy());
        add(line, "validation_loss", metrics.validationLoss());
        add(line, "validation_accuracy", metrics.validationAccuracy());
        add(line, "seconds", metrics.seconds());
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
        add(line, "loss", evaluation.loss());
        add(line, "accuracy", evaluation.accuracy());
        write(line);
    }

    private static void add(JsonObject line, String name, double value) {
        if (Double.isFinite(value)) {
            line.addProperty(name, value);
        }
    }

    private void write(JsonObject line) {
        try {
            writer.write(GSON.toJson(line) + "\n");
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
