package io.github.rlrr.examples.recipe;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.rlrr.examples.recipe.ResultTable.Kind;
import io.github.rlrr.examples.recipe.ResultTable.Row;
import java.util.List;

/** Writes a table as JSON, accuracies in percent, and every single result beneath. */
final class TableJson {

    private TableJson() {}

    static JsonObject of(ResultTable table, List<TrialResult> results) {
        JsonObject json = new JsonObject();
        json.addProperty("title", table.title());
        JsonArray rows = new JsonArray();
        table.rows().forEach(row -> rows.add(row(table, row)));
        json.add("rows", rows);
        JsonArray runs = new JsonArray();
        results.forEach(result -> runs.add(ResultStore.json(result)));
        json.add("runs", runs);
        return json;
    }

    private static JsonObject row(ResultTable table, Row row) {
        JsonObject json = new JsonObject();
        json.addProperty(row.kind() == Kind.TASK ? "task" : "mean", row.name());
        JsonObject figures = new JsonObject();
        for (ResultTable.Column column : table.columns()) {
            Sample sample = row.figures().get(column);
            if (sample != null) {
                JsonObject figure = new JsonObject();
                figure.addProperty("mean", sample.mean());
                if (sample.deviation() != null) {
                    figure.addProperty("deviation", sample.deviation());
                }
                if (sample.runs() > 0) {
                    figure.addProperty("seeds", sample.runs());
                }
                figures.add(column.title(), figure);
            }
        }
        json.add("accuracy_percent", figures);
        if (!row.failures().isEmpty()) {
            JsonObject failures = new JsonObject();
            row.failures().forEach((column, n) -> failures.addProperty(column.title(), n));
            json.add("failed_seeds", failures);
        }
        JsonObject published = new JsonObject();
        row.published().forEach(published::addProperty);
        json.add("published_percent", published);
        if (row.kind() == Kind.TASK) {
            json.addProperty("seconds", row.seconds());
            json.addProperty("peak_memory_kib", row.peakMemoryKib());
        }
        return json;
    }
}
