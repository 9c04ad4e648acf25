package io.github.rlrr.examples.prediction;

import io.github.rlrr.task.Task;
import io.github.rlrr.vit.inference.Answer;
import java.nio.file.Path;
import java.util.List;

/**
 * Predictions as CSV by RFC 4180: {@code image} and the task's columns, such as {@code
 * label,probability}, {@code labels} or the names of numbers; of a model with a threshold {@code
 * accepted}, and with every class asked for a column for each, named as it is. Lines end in CR LF;
 * a field with a comma, a quote or a line break is quoted.
 *
 * @param task says what is told of an answer
 * @param classes in label order
 * @param rejects whether there is a threshold
 * @param all whether every class has a column
 */
public record PredictionCsv(Task task, List<String> classes, boolean rejects, boolean all) {

    /** The first line. */
    String header() {
        StringBuilder line = new StringBuilder("image");
        task.columns(classes).forEach(name -> line.append(',').append(field(name)));
        if (rejects) {
            line.append(",accepted");
        }
        if (all) {
            classes.forEach(name -> line.append(',').append(field(name)));
        }
        return line.append("\r\n").toString();
    }

    /** The line of an image. */
    String row(Path image, Answer answer) {
        StringBuilder line = new StringBuilder(field(image.toString()));
        for (Object cell : answer.cells()) {
            line.append(',').append(field(cell.toString()));
        }
        if (rejects) {
            line.append(',').append(answer.accepted());
        }
        if (all) {
            for (double probability : answer.values()) {
                line.append(',').append(probability);
            }
        }
        return line.append("\r\n").toString();
    }

    /** Names the form in a part's checksum; of which task it is, the model's files say. */
    @Override
    public String toString() {
        return "PredictionCsv[classes=" + classes + ", rejects=" + rejects + ", all=" + all + "]";
    }

    public static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
