package io.github.rlrr.examples.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.task.CalibrationBin;
import io.github.rlrr.task.ClassFigures;
import io.github.rlrr.task.ClassificationFigures;
import io.github.rlrr.task.ConfusionMatrix;
import io.github.rlrr.task.Figure;
import io.github.rlrr.task.NamedFigures;

/**
 * A classifier's figures as JSON. Shares are 0 to 1; what has no value is left out.
 *
 * <p>{@code confusion} is a list of rows, one for each true class, of counts for each predicted
 * class, both in the order of {@code classes}.
 */
public final class FiguresJson {

    private FiguresJson() {}

    public static JsonObject of(ClassificationFigures figures) {
        JsonObject json = new JsonObject();
        json.addProperty("images", figures.examples());
        add(json, "accuracy", figures.accuracy());
        figures.topFive().ifPresent(top -> add(json, "top5_accuracy", top));
        add(json, "loss", figures.loss());
        add(json, "macro_f1", figures.macroF1());
        add(json, "calibration_error", figures.calibrationError());
        JsonObject byClass = new JsonObject();
        JsonArray classes = new JsonArray();
        for (ClassFigures c : figures.classes()) {
            add(byClass, c.name(), c.recall());
            classes.add(ofClass(c));
        }
        json.add("accuracy_per_class", byClass);
        json.add("classes", classes);
        JsonArray calibration = new JsonArray();
        for (CalibrationBin bin : figures.calibration()) {
            JsonObject object = new JsonObject();
            object.addProperty("images", bin.examples());
            add(object, "confidence", bin.confidence());
            add(object, "accuracy", bin.accuracy());
            calibration.add(object);
        }
        json.add("calibration", calibration);
        json.add("confusion", rows(figures.confusion()));
        return json;
    }

    /** The figures of several labels or of numbers, and of each. */
    public static JsonObject of(String task, Examination seen) {
        JsonObject json = new JsonObject();
        json.addProperty("task", task);
        json.addProperty("images", seen.evaluation().examples());
        seen.evaluation().figures().all().forEach(figure -> add(json, figure));
        JsonArray each = new JsonArray();
        for (NamedFigures one : seen.each()) {
            JsonObject object = new JsonObject();
            object.addProperty("name", one.name());
            one.figures().all().forEach(figure -> add(object, figure));
            each.add(object);
        }
        json.add("each", each);
        return json;
    }

    private static void add(JsonObject json, Figure figure) {
        if (figure.scale() == Figure.Scale.COUNT) {
            json.addProperty(figure.name(), (long) figure.value());
        } else {
            add(json, figure.name(), figure.value());
        }
    }

    private static JsonObject ofClass(ClassFigures c) {
        JsonObject object = new JsonObject();
        object.addProperty("class", c.name());
        object.addProperty("images", c.support());
        object.addProperty("predicted", c.predicted());
        object.addProperty("correct", c.correct());
        add(object, "recall", c.recall());
        add(object, "precision", c.precision());
        add(object, "f1", c.f1());
        return object;
    }

    private static JsonArray rows(ConfusionMatrix confusion) {
        JsonArray rows = new JsonArray();
        for (int label = 0; label < confusion.classes(); label++) {
            JsonArray row = new JsonArray();
            for (int predicted = 0; predicted < confusion.classes(); predicted++) {
                row.add(confusion.count(label, predicted));
            }
            rows.add(row);
        }
        return rows;
    }

    private static void add(JsonObject json, String name, double value) {
        if (Double.isFinite(value)) {
            json.addProperty(name, value);
        }
    }

    /** Indented text, a list of numbers on one line. */
    public static String text(JsonElement json) {
        String text =
                new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json);
        StringBuilder compact = new StringBuilder();
        boolean numbers = false;
        for (String line : text.split("\n", -1)) {
            boolean number = line.matches(" *-?\\d+,?");
            if (number || (numbers && line.matches(" *\\],?"))) {
                compact.append(numbers && number ? " " : "").append(line.strip());
            } else {
                compact.append(compact.isEmpty() ? "" : "\n").append(line);
            }
            numbers = number;
        }
        return compact.toString();
    }
}
