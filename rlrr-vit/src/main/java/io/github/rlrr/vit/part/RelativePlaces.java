package io.github.rlrr.vit.part;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.vit.part.Layer.Values;
import java.util.Locale;

/**
 * What is added to the attention between two patches for where they lie to each other: a learned
 * number for each step (rows, columns) and head, and three more for the class token.
 *
 * <pre>
 *   table (places, H), places = (2·rows − 1)·(2·columns − 1) + 3
 *   the last three: the class token asks a patch, a patch asks it, it asks itself
 * </pre>
 *
 * Source: Bao et al., BEiT, ICLR 2022, and its published code.
 *
 * @param table the numbers
 * @param rows of the grid of patches
 * @param columns of the grid of patches
 */
record RelativePlaces(Values table, int rows, int columns) {

    /** How many of the places are of the class token. */
    static final int OTHERS = 3;

    static RelativePlaces of(String path, int rows, int columns, int heads) {
        long places = (2L * rows - 1) * (2L * columns - 1) + OTHERS;
        Shape shape = new Shape(places, heads);
        return new RelativePlaces(
                new Values(path + ".relative_position", "table", shape, 0), rows, columns);
    }

    /**
     * Writes what is added, float32: (1, H, N, N), or (1, H, 1, N) where the class token alone
     * asks. While the table is frozen it needs no gradient, so that libtorch's fused attention
     * keeps its fast way.
     */
    String bias(ProgramText text, boolean classTokenAlone) {
        int steps = 2 * columns - 1;
        long places = table.shape().get(0);
        String row = "torch.unsqueeze(torch.mul(" + text.range(rows) + ", " + steps + "), 1)";
        String at =
                text.let(
                        "i",
                        "torch.reshape(torch.add(" + row + ", " + text.range(columns) + "), [-1])");
        String step =
                text.let(
                        "i",
                        format(
                                "torch.add(torch.sub(torch.unsqueeze(%1$s, 1), %1$s), %2$d)",
                                at, (rows - 1) * steps + columns - 1));
        String asked =
                text.let(
                        "i",
                        format("torch.constant_pad_nd(%s, [0, 0, 1, 0], %d)", step, places - 3));
        String all =
                text.let(
                        "i",
                        format("torch.constant_pad_nd(%s, [1, 0, 0, 0], %d)", asked, places - 2));
        int tokens = rows * columns + 1;
        String self =
                format(
                        "torch.constant_pad_nd(torch.new_ones(%s, [1, 1]), [0, %d, 0, %d], 0)",
                        all, tokens - 1, tokens - 1);
        String index = text.let("i", "torch.add(" + all + ", " + self + ")");
        if (classTokenAlone) {
            index = text.let("i", "torch.slice(" + index + ", 0, 0, 1)");
        }
        String values =
                format(
                        "torch.index_select(torch.t(%s), 1, torch.reshape(%s, [-1]))",
                        table.variable("table"), index);
        return text.let(
                "w",
                format("torch.reshape(%s, [1, %d, -1, %d])", values, table.shape().get(1), tokens));
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}
