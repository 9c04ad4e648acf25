package io.github.rlrr.examples;

import io.github.rlrr.vit.inference.Classification;
import java.nio.file.Path;
import java.util.List;

/**
 * Predictions as CSV by RFC 4180: {@code image,label,probability}, of a model with a threshold
 * {@code accepted}, and with every class asked for a column for each, named as it is. Lines end in
 * CR LF; a field with a comma, a quote or a line break is quoted.
 *
 * @param classes in label order
 * @param rejects whether there is a threshold
 * @param all whether every class has a column
 */
record PredictionCsv(List<String> classes, boolean rejects, boolean all) {

    /** The first line. */
    String header() {
        StringBuilder line = new StringBuilder("image,label,probability");
        if (rejects) {
            line.append(",accepted");
        }
        if (all) {
            classes.forEach(name -> line.append(',').append(field(name)));
        }
        return line.append("\r\n").toString();
    }

    /** The line of an image. */
    String row(Path image, Classification answer) {
        StringBuilder line = new StringBuilder(field(image.toString()));
        line.append(',').append(field(answer.best().name()));
        line.append(',').append(answer.best().probability());
        if (rejects) {
            line.append(',').append(answer.accepted());
        }
        if (all) {
            for (double probability : answer.probabilities()) {
                line.append(',').append(probability);
            }
        }
        return line.append("\r\n").toString();
    }

    static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
