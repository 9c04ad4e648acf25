package io.github.rlrr.examples.report;

import io.github.rlrr.spectrum.LayerChange;
import io.github.rlrr.spectrum.ModelChange;
import java.util.function.ToDoubleFunction;

/**
 * One model compared with another.
 *
 * @param name the adapter folder or checkpoint as it was given
 * @param method the adapter's method; {@code checkpoint} for a model of its own
 * @param before the name of what it was compared with
 * @param change what differs
 */
public record Compared(String name, String method, String before, ModelChange change) {

    /** The mean of a figure over the matrices that changed, of which there are some. */
    double mean(ToDoubleFunction<LayerChange> figure) {
        return change.layers().stream().mapToDouble(figure).average().orElseThrow();
    }

    /** True where a matrix changed: there is something to draw. */
    public boolean changed() {
        return !change.layers().isEmpty();
    }

    /** What was compared and what was not, in one line. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        text.append(change.layers().size()).append(" matrices changed");
        if (!change.unchanged().isEmpty()) {
            text.append(", ").append(change.unchanged().size()).append(" did not");
        }
        change.leftOut()
                .forEach((path, why) -> text.append("; ").append(path).append(" is ").append(why));
        return text.toString();
    }
}
