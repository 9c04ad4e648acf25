package io.github.rlrr.training;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSerializer;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.Examples;
import io.github.rlrr.task.Task;
import io.github.rlrr.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** A task is known by its settings. */
    private static final Gson GSON =
            new GsonBuilder()
                    .registerTypeHierarchyAdapter(
                            Task.class,
                            (JsonSerializer<Task>)
                                    (task, type, context) -> context.serialize(task.settings()))
                    .create();

    private static final String TASK = "task";

    private final JsonObject values;

    private RunIdentity(JsonObject values) {
        this.values = values;
    }

    static RunIdentity of(TrainingLoop.Setting setting) {
        AdaptedBlock block = setting.block();
        JsonObject values = new JsonObject();
        values.addProperty("method", String.valueOf(block.config()));
        values.addProperty("base", block.baseFingerprint());
        values.add("train", data(setting.train()));
        Examples validation = setting.validation();
        if (validation != null) {
            values.add("validation", data(validation));
        }
        Map<String, JsonElement> options =
                GSON.toJsonTree(setting.options()).getAsJsonObject().asMap();
        options.forEach(
                (name, value) -> {
                    if (name.equals(TASK)) {
                        value.getAsJsonObject().asMap().forEach(values::add);
                    } else {
                        values.add(name, value);
                    }
                });
        String task = setting.task().name();
        if (!task.equals(Tasks.USUAL)) {
            values.addProperty(TASK, task);
        }
        // It changes the memory a run takes, not what comes out: who ran out may go on with it.
        values.remove("recompute");
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
                found.add(key + " was " + other.get(key) + ", now " + values.get(key));
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
