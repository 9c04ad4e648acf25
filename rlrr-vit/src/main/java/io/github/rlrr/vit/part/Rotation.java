package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Frequencies;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Rotary} on one grid of patches, written into a block's program: sizes are literals
 * there, so nothing has to be kept by image size and device.
 *
 * <p>Pairs are complex numbers, and turned by one product with e^(iφ). A pair of halves is brought
 * together by a copy and stays so: queries and keys in another order have the same products.
 *
 * @param rotary what angles are made of
 * @param rows of the grid
 * @param columns of the grid
 * @param prefix tokens before the patches, which are not turned
 * @param learned u and v; null where nothing is learned
 */
record Rotation(Rotary rotary, int rows, int columns, int prefix, @Nullable Frequencies learned) {

    /**
     * Writes e^(iφ) of all tokens.
     *
     * @param width d
     * @return the variable of (N, 1, d/2), or (N, H, d/2) where the heads have learned their own
     */
    String turns(ProgramText text, int width) {
        String angles = learned == null ? fixed(text, width) : learned(text, learned);
        String padding = learned == null ? "[0, 0, %d, 0]" : "[0, 0, 0, 0, %d, 0]";
        String padded =
                text.let("f", format("torch.constant_pad_nd(%s, " + padding + ")", angles, prefix));
        String turns =
                text.let("t", format("torch.complex(torch.cos(%1$s), torch.sin(%1$s))", padded));
        return learned == null ? text.let("t", "torch.unsqueeze(" + turns + ", 1)") : turns;
    }

    private String fixed(ProgramText text, int width) {
        int bands = width / 4;
        String periods =
                text.let(
                        "e",
                        format(
                                "torch.pow(%s, torch.div(%s, %d.))",
                                rotary.temperature(), text.numbers(bands), bands));
        if (rotary.kind() == Rotary.Kind.CENTRED_BFLOAT16) {
            periods = text.let("e", text.roundedFloat(periods));
        }
        String row = text.let("i", places(text, rows, periods));
        String column = text.let("j", places(text, columns, periods));
        String everyRow = "torch.unsqueeze(" + row + ", 1)";
        String size = format("[%d, %d, %d]", rows, columns, bands);
        String down = text.let("i", "torch.expand(" + everyRow + ", " + size + ")");
        String along = text.let("j", "torch.expand(" + column + ", " + size + ")");
        return text.let(
                "f",
                format(
                        "torch.reshape(torch.cat([%s, %s], 2), [%d, %d])",
                        rotary.columnsFirst() ? along : down,
                        rotary.columnsFirst() ? down : along,
                        rows * columns,
                        2 * bands));
    }

    /** The angles of the rows or columns of a grid, (count, d/4). */
    private String places(ProgramText text, int count, String periods) {
        String numbers = text.numbers(count);
        if (rotary.kind() != Rotary.Kind.GRID) {
            String centres =
                    format(
                            "torch.div(torch.add(%s, %s), %d.)",
                            numbers, 0.5 + rotary.offset(), count);
            String turns =
                    format("torch.mul(torch.sub(torch.mul(%s, 2.), 1.), %s)", centres, 2 * Math.PI);
            return format("torch.div(torch.unsqueeze(%s, 1), %s)", turns, periods);
        }
        String at = format("torch.add(%s, %s)", numbers, rotary.offset());
        if (rotary.reference() > 0) {
            at = format("torch.mul(torch.div(%s, %d.), %d.)", at, count, rotary.reference());
        }
        return format("torch.mul(torch.unsqueeze(%s, 1), torch.reciprocal(%s))", at, periods);
    }

    private String learned(ProgramText text, Frequencies layer) {
        String all = layer.variable("freqs");
        String row = text.let("i", places(text, rows));
        String column = text.let("j", places(text, columns));
        String down =
                format(
                        "torch.reshape(torch.expand(torch.unsqueeze(%s, 1), [%d, %d]), [-1, 1, 1])",
                        row, rows, columns);
        String along =
                format(
                        "torch.reshape(torch.expand(%s, [%d, %d]), [-1, 1, 1])",
                        column, rows, columns);
        return text.let(
                "f",
                format(
                        "torch.add(torch.mul(%s, torch.select(%s, 0, 0)), torch.mul(%s, torch.select(%s, 0, 1)))",
                        rotary.columnsFirst() ? along : down,
                        all,
                        rotary.columnsFirst() ? down : along,
                        all));
    }

    private static String places(ProgramText text, int count) {
        return text.numbers(count);
    }

    /**
     * Writes queries or keys, turned.
     *
     * @param x the variable of (B, N, H, d)
     * @param turns of {@link #turns}; null for the prefix tokens, which only get the same order
     * @param heads H
     * @param width d
     * @return the expression of (B, N, H, d), in the type of the products
     */
    String turned(ProgramText text, String x, @Nullable String turns, int heads, int width) {
        String size = format("[torch.size(x, 0), -1, %d, %d]", heads, width);
        if (turns == null && !rotary.halves()) {
            return x;
        }
        String pairs =
                rotary.halves()
                        ? format(
                                "torch.transpose(torch.reshape(%s, [torch.size(x, 0), -1, %d, 2, %d]), 3, 4)",
                                text.single(x), heads, width / 2)
                        : format(
                                "torch.reshape(%s, [torch.size(x, 0), -1, %d, %d, 2])",
                                text.single(x), heads, width / 2);
        if (turns != null) {
            String complex =
                    text.let("z", "torch.view_as_complex(torch.contiguous(" + pairs + "))");
            pairs = "torch.view_as_real(torch.mul(" + complex + ", " + turns + "))";
        }
        return text.rounded("torch.reshape(" + pairs + ", " + size + ")");
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
