package io.github.rlrr.training;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.Examples;
import io.github.rlrr.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What makes a run the run it is: its options, its method, the weights it starts from and its data.
 * A state is continued by no other.
 *
 * <p>Of the data the number of examples, their shape, the names and the targets count, not the
 * pixels; of a method whatever its configuration's {@code toString} says, as records do. A schedule
 * of the caller's own is not known.
 */
final class RunIdentity {

    private static final Gson GSON = new Gson();

    private static final String TASK = "task";

    private final JsonObject values;

    private RunIdentity(JsonObject values) {
        this.values = values;
    }

    static RunIdentity of(TrainingLoop.Run setting) {
        AdaptedBlock block = setting.block();
        JsonObject values = new JsonObject();
        values.addProperty("method", String.valueOf(block.config()));
        values.addProperty("base", block.baseFingerprint());
        values.add("train", data(setting.train()));
        Examples validation = setting.validation();
        if (validation != null) {
            values.add("validation", data(validation));
        }
        FineTuneOptions options = setting.options();
        for (Setting<?> told : TrainingSettings.ALL) {
            // It changes the memory a run takes, not what comes out: who ran out may go on with it.
            if (!told.equals(TrainingSettings.RECOMPUTE)) {
                values.add(told.name(), GSON.toJsonTree(options.get(told)));
            }
        }
        GSON.toJsonTree(setting.task().settings()).getAsJsonObject().asMap().forEach(values::add);
        String task = setting.task().name();
        if (!task.equals(Tasks.USUAL)) {
            values.addProperty(TASK, task);
        }
        for (TrainingHook hook : setting.hooks()) {
            values.add("hook " + hook.name(), GSON.toJsonTree(hook.settings()));
        }
        setting.facts().forEach(values::addProperty);
        return new RunIdentity(values);
    }

    private static JsonObject data(Examples data) {
        CRC32 targets = new CRC32();
        for (int i = 0; i < data.size(); i++) {
            for (double value : data.target(i)) {
                boolean isIndex = value >= 0 && value == (char) value;
                // Two bytes of an index, as in the states of the first version.
                long bits = isIndex ? (long) value : Double.doubleToLongBits(value);
                for (int k = 0; k < (isIndex ? Character.BYTES : Double.BYTES); k++) {
                    targets.update((int) (bits >> (k * Byte.SIZE)));
                }
            }
        }
        JsonObject values = new JsonObject();
        values.addProperty("examples", data.size());
        values.addProperty("shape", data.exampleShape().toString());
        values.addProperty("labels", Long.toHexString(targets.getValue()));
        values.add("classes", GSON.toJsonTree(data.answerNames()));
        return values;
    }

    String toJson() {
        return values.toString();
    }

    /** A text in what {@link #toJson} gave. */
    static Optional<String> fact(@Nullable String json, String name) {
        JsonObject values = JsonParser.parseString(String.valueOf(json)).getAsJsonObject();
        return Optional.ofNullable(values.get(name)).map(JsonElement::getAsString);
    }

    /**
     * What another run was told otherwise.
     *
     * @param json what {@link #toJson} of the other gave
     * @return one phrase for each difference, such as {@code learningRate was 0.003, now 0.01}
     */
    List<String> differences(@Nullable String json) {
        JsonObject other = JsonParser.parseString(String.valueOf(json)).getAsJsonObject();
        List<String> found = new ArrayList<>();
        for (String key : values.keySet()) {
            if (!values.get(key).equals(other.get(key))) {
                Object was = other.has(key) ? other.get(key) : "none";
                found.add(key + " was " + was + ", now " + values.get(key));
            }
        }
        for (String key : other.keySet()) {
            if (!values.has(key)) {
                found.add(key + " was " + other.get(key) + ", now there is none");
            }
        }
        return found;
    }
}
