package io.github.rlrr.vit.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one layout names and arranges our parameters, a row for each name of ours:
 *
 * <pre>
 *   blocks.*.mlp.fc1.weight    blocks.*.mlp.fc1.weight
 *   blocks.*.norm1.gamma       Transformer/encoderblock_*&#47;LayerNorm_0/scale
 *   head.weight                head/kernel                          oi&lt;-io
 * </pre>
 *
 * A {@code *} is a number, which the tensor's name may lack where it holds all of them, {@code ~}
 * is {@code weight} or {@code bias}; the n-th of theirs is the n-th of ours. A {@code -} in place
 * of ours is a tensor that models have and that nothing is computed with. The third column is an
 * {@link Arrangement}, {@link Arrangement#SAME} without.
 */
final class NameTable {

    private static final String UNUSED = "-";

    private final List<Row> rows = new ArrayList<>();

    private record Row(Pattern ours, Pattern tensor, String theirs, Arrangement arrangement) {}

    /**
     * A parameter's place.
     *
     * @param tensor the name in the file
     * @param arrangement how it lies there
     */
    record Place(String tensor, Arrangement arrangement) {}

    /**
     * Reads a table.
     *
     * @param text a line for each row, its columns apart by spaces
     */
    NameTable(String text) {
        for (String line : text.strip().split("\n", -1)) {
            String[] columns = line.strip().split(" +", -1);
            rows.add(
                    new Row(
                            pattern(columns[0]),
                            pattern(columns[1]),
                            columns[1],
                            columns.length < 3 ? Arrangement.SAME : Arrangement.parse(columns[2])));
        }
    }

    private static Pattern pattern(String name) {
        return Pattern.compile(
                name.replace(".", "\\.").replace("*", "(\\d+)").replace("~", "(weight|bias)"));
    }

    /** Whether a tensor holds a parameter of ours. */
    boolean holds(String tensor) {
        return rows.stream().anyMatch(row -> row.tensor.matcher(tensor).matches());
    }

    /** Whether models have a tensor that nothing is computed with. */
    boolean leaves(String tensor) {
        return rows.stream()
                .anyMatch(
                        row ->
                                row.ours.pattern().equals(UNUSED)
                                        && row.tensor.matcher(tensor).matches());
    }

    /** Where a parameter of ours lies; null where this layout has none such. */
    @Nullable Place find(String path) {
        for (Row row : rows) {
            Matcher matcher = row.ours.matcher(path);
            if (matcher.matches()) {
                String tensor = row.theirs;
                if (row.arrangement.isStacked()) {
                    int number = Integer.parseInt(matcher.group(1));
                    return new Place(tensor, row.arrangement.at(number));
                }
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    tensor = tensor.replaceFirst("[*~]", matcher.group(group));
                }
                return new Place(tensor, row.arrangement);
            }
        }
        return null;
    }
}
