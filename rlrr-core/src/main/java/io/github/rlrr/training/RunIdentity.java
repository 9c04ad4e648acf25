package io.github.rlrr.training;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.adapter.AdaptedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What makes a run the run it is: its options, its method, the weights it starts from and its data.
 * A state is continued by no other.
 *
 * <p>Of the data the number of examples, their shape, the class names and the labels count, not the
 * pixels; of a method whatever its configuration's {@code toString} says, as records do. A schedule
 * of the caller's own is not known.
 */
final class RunIdentity {

    private static final Gson GSON = new Gson();

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
        LabelledDataset validation = setting.validation();
        if (validation != null) {
            values.add("validation", data(validation));
        }
        Map<String, JsonElement> options =
                GSON.toJsonTree(setting.options()).getAsJsonObject().asMap();
        options.forEach(values::add);
        // It changes the memory a run takes, not what comes out: who ran out may go on with it.
        values.remove("recompute");
        setting.facts().forEach(values::addProperty);
        return new RunIdentity(values);
    }

    private static JsonObject data(LabelledDataset data) {
        CRC32 labels = new CRC32();
        for (int i = 0; i < data.size(); i++) {
            labels.update(data.label(i));
            labels.update(data.label(i) >> Byte.SIZE);
        }
        JsonObject values = new JsonObject();
        values.addProperty("examples", data.size());
        values.addProperty("shape", data.exampleShape().toString());
        values.addProperty("labels", Long.toHexString(labels.getValue()));
        values.add("classes", GSON.toJsonTree(data.classNames()));
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
