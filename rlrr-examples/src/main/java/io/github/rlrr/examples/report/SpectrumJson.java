package io.github.rlrr.examples.report;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.rlrr.spectrum.LayerChange;
import io.github.rlrr.spectrum.Spectrum;
import java.util.List;

/** Comparisons as JSON: every singular value and every angle, in degrees. */
public final class SpectrumJson {

    private static final Gson GSON = new Gson();

    private SpectrumJson() {}

    public static JsonObject of(List<Compared> all) {
        JsonArray comparisons = new JsonArray();
        for (Compared one : all) {
            JsonObject object = new JsonObject();
            object.addProperty("name", one.name());
            object.addProperty("method", one.method());
            object.addProperty("before", one.before());
            JsonArray layers = new JsonArray();
            one.change().layers().forEach(layer -> layers.add(of(layer)));
            object.add("layers", layers);
            object.add("unchanged", GSON.toJsonTree(one.change().unchanged()));
            object.add("left_out", GSON.toJsonTree(one.change().leftOut()));
            comparisons.add(object);
        }
        JsonObject json = new JsonObject();
        json.add("comparisons", comparisons);
        return json;
    }

    private static JsonObject of(LayerChange layer) {
        JsonObject object = new JsonObject();
        object.addProperty("path", layer.path());
        object.addProperty("rows", layer.rows());
        object.addProperty("columns", layer.columns());
        object.addProperty("relative_norm", layer.relativeNorm());
        object.addProperty("change_rank", layer.changeRank());
        object.add("before", of(layer.before()));
        object.add("after", of(layer.after()));
        object.add("change", of(layer.change()));
        object.add("output_angles", numbers(layer.outputs().degrees()));
        object.add("input_angles", numbers(layer.inputs().degrees()));
        return object;
    }

    private static JsonObject of(Spectrum spectrum) {
        JsonObject object = new JsonObject();
        object.addProperty("effective_rank", spectrum.effectiveRank());
        object.add("singular_values", numbers(spectrum.values()));
        return object;
    }

    private static JsonElement numbers(List<Double> values) {
        return GSON.toJsonTree(values);
    }
}
