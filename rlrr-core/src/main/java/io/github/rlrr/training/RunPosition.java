package io.github.rlrr.training;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.rlrr.task.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands between two steps: with the tensors, all that continuing it needs. Random
 * states are not among it, since every draw derives from the seed and a count.
 *
 * @param step optimizer steps done
 * @param forwards batches seen, from which dropout is seeded
 * @param epochs the metrics of the finished epochs
 * @param open what the unfinished epoch has seen so far
 * @param best the best of the finished epochs, where there is one
 * @param epochsSinceBest finished epochs after the best
 */
record RunPosition(
        long step,
        long forwards,
        List<EpochMetrics> epochs,
        OpenEpoch open,
        @Nullable EpochMetrics best,
        int epochsSinceBest) {

    private static final Pattern AFTER_UNDERSCORE = Pattern.compile("_(.)");

    /**
     * The sums of an epoch that has not ended.
     *
     * @param steps steps done within it
     * @param seen training examples
     * @param lossTotal the sum of their losses
     * @param counts the sums of what the task counts
     * @param seconds wall-clock seconds spent on it
     * @param waited seconds of these spent waiting for data
     */
    record OpenEpoch(
            int steps,
            int seen,
            double lossTotal,
            List<Double> counts,
            double seconds,
            double waited) {

        /** Nothing seen yet. */
        static OpenEpoch none(Task task) {
            List<Double> zeros = Collections.nCopies(task.counts().size(), 0.0);
            return new OpenEpoch(0, 0, 0, zeros, 0, 0);
        }
    }

    RunPosition {
        epochs = List.copyOf(epochs);
    }

    /** Numbers are written with all their digits; NaN stands for a figure that does not exist. */
    String toJson(Task task) {
        JsonObject json = new JsonObject();
        json.addProperty("step", step);
        json.addProperty("forwards", forwards);
        JsonArray finished = new JsonArray();
        epochs.forEach(epoch -> finished.add(json(epoch)));
        json.add("epochs", finished);
        JsonObject sums = new JsonObject();
        sums.addProperty("steps", open.steps);
        sums.addProperty("seen", open.seen);
        sums.addProperty("lossTotal", open.lossTotal);
        for (int i = 0; i < open.counts.size(); i++) {
            sums.addProperty(task.counts().get(i), number(open.counts.get(i)));
        }
        sums.addProperty("seconds", open.seconds);
        sums.addProperty("waited", open.waited);
        json.add("open", sums);
        if (best != null) {
            json.add("best", json(best));
        }
        json.addProperty("epochsSinceBest", epochsSinceBest);
        return json.toString();
    }

    /** A count of things has no point. */
    private static Number number(double count) {
        return count == (long) count ? (Number) (long) count : (Number) count;
    }

    private static JsonObject json(EpochMetrics epoch) {
        JsonObject json = new JsonObject();
        json.addProperty("epoch", epoch.epoch());
        epoch.values().forEach((name, value) -> json.addProperty(key(name), value));
        return json;
    }

    /** As Java's fields are called: train_loss is trainLoss. */
    private static String key(String name) {
        return AFTER_UNDERSCORE
                .matcher(name)
                .replaceAll(m -> Matcher.quoteReplacement(m.group(1).toUpperCase(Locale.ROOT)));
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    static RunPosition fromJson(@Nullable String text, Task task) {
        try {
            JsonObject json = JsonParser.parseString(String.valueOf(text)).getAsJsonObject();
            List<EpochMetrics> epochs = new ArrayList<>();
            json.getAsJsonArray("epochs").forEach(epoch -> epochs.add(epoch(epoch, task)));
            JsonObject open = json.getAsJsonObject("open");
            List<Double> counts =
                    task.counts().stream().map(name -> open.get(name).getAsDouble()).toList();
            return new RunPosition(
                    json.get("step").getAsLong(),
                    json.get("forwards").getAsLong(),
                    epochs,
                    new OpenEpoch(
                            open.get("steps").getAsInt(),
                            open.get("seen").getAsInt(),
                            open.get("lossTotal").getAsDouble(),
                            counts,
                            open.get("seconds").getAsDouble(),
                            open.get("waited").getAsDouble()),
                    json.has("best") ? epoch(json.get("best"), task) : null,
                    json.get("epochsSinceBest").getAsInt());
        } catch (JsonParseException
                | NullPointerException
                | IllegalStateException
                | ClassCastException
                | NumberFormatException e) {
            throw new IllegalArgumentException("no position of a run", e);
        }
    }

    private static EpochMetrics epoch(JsonElement element, Task task) {
        JsonObject json = element.getAsJsonObject();
        return EpochMetrics.like(task)
                .with(json.get("epoch").getAsInt(), name -> json.get(key(name)).getAsDouble());
    }
}
