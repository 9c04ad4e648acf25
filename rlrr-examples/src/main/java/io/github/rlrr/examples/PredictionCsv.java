package io.github.rlrr.examples;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;

/**
 * Predictions as CSV by RFC 4180, in UTF-8: {@code image,label,probability}, and with every class
 * asked for a column for each, named as it is. Lines end in CR LF; a field with a comma, a quote or
 * a line break is quoted.
 */
final class PredictionCsv {

    private final Writer out;
    private final List<String> classes;
    private final boolean all;

    /** Writes the header. */
    PredictionCsv(Writer out, List<String> classes, boolean all) throws IOException {
        this.out = out;
        this.classes = classes;
        this.all = all;
        out.write("image,label,probability");
        if (all) {
            for (String name : classes) {
                out.write("," + field(name));
            }
        }
        out.write("\r\n");
    }

    /** Writes a row. */
    void row(Path image, double[] probabilities) throws IOException {
        int best = Predictions.ranked(probabilities).get(0);
        out.write(field(image.toString()) + "," + field(classes.get(best)));
        out.write("," + probabilities[best]);
        if (all) {
            for (double probability : probabilities) {
                out.write("," + probability);
            }
        }
        out.write("\r\n");
    }

    static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
