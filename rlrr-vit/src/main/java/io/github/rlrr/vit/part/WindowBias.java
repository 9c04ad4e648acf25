package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Linear;
import io.github.rlrr.vit.part.Layer.Values;
import java.util.List;
import java.util.Locale;

/** What is added to the attention between two tokens of a window for where they lie. */
public sealed interface WindowBias {

    /**
     * The modules that hold its parameters.
     *
     * @return the layers
     */
    List<Layer> layers();

    /**
     * Writes the values of all relative places.
     *
     * @param text where to
     * @param windows the windows whose places they are
     * @return the variable of the values (places, heads), float32
     */
    String table(ProgramText text, Windows windows);

    /**
     * A learned number for each relative place and head, as in Swin.
     *
     * @param table ((2·height − 1)·(2·width − 1), heads)
     */
    record Table(Values table) implements WindowBias {

        /**
         * A table of zeros.
         *
         * @param path where attention stands
         * @param height rows of a window
         * @param width columns of a window
         * @param heads H
         * @return the bias
         */
        public static Table of(String path, int height, int width, int heads) {
            long places = (2L * height - 1) * (2L * width - 1);
            return new Table(
                    new Values(
                            path + ".relative_position",
                            "table",
                            new ai.djl.ndarray.types.Shape(places, heads),
                            0));
        }

        @Override
        public List<Layer> layers() {
            return List.of(table);
        }

        @Override
        public String table(ProgramText text, Windows windows) {
            return table.variable("table");
        }
    }

    /**
     * A small MLP of the relative place, as in Swin V2.
     *
     * <pre>
     *   16·σ(fc2(relu(fc1(p))))      p = sign(c)·log2(|c| + 1) / 3, c = 8·Δ / (side − 1)
     * </pre>
     *
     * Source: Liu et al., Swin Transformer V2, CVPR 2022, section 3.3; the factors are the
     * published code's.
     *
     * @param fc1 (hidden, 2)
     * @param fc2 (heads, hidden), without bias
     * @param side of the windows the network was trained with; 0 for its own
     */
    record Continuous(Linear fc1, Linear fc2, int side) implements WindowBias {

        private static final int HIDDEN = 512;

        /**
         * An MLP of the published size.
         *
         * @param path where attention stands
         * @param heads H
         * @param side of the windows the network was trained with; 0 for its own
         * @return the bias
         */
        public static Continuous of(String path, int heads, int side) {
            return new Continuous(
                    new Linear(path + ".position.fc1", 2, HIDDEN),
                    new Linear(path + ".position.fc2", HIDDEN, heads, false),
                    side);
        }

        @Override
        public List<Layer> layers() {
            return List.of(fc1, fc2);
        }

        @Override
        public String table(ProgramText text, Windows windows) {
            String down = places(text, windows.height());
            String right = places(text, windows.width());
            String size =
                    String.format(
                            Locale.ROOT,
                            "[%d, %d]",
                            2 * windows.height() - 1,
                            2 * windows.width() - 1);
            String grid =
                    text.let(
                            "t",
                            "torch.stack([torch.expand(torch.unsqueeze("
                                    + down
                                    + ", 1), "
                                    + size
                                    + "), torch.expand(torch.unsqueeze("
                                    + right
                                    + ", 0), "
                                    + size
                                    + ")], -1)");
            String hidden =
                    text.let(
                            "t",
                            "torch.relu("
                                    + text.exactLinear(fc1, "torch.reshape(" + grid + ", [-1, 2])")
                                    + ")");
            return text.let(
                    "t", "torch.mul(torch.sigmoid(" + text.exactLinear(fc2, hidden) + "), 16)");
        }

        private String places(ProgramText text, int window) {
            String all =
                    text.let(
                            "t",
                            String.format(
                                    Locale.ROOT,
                                    "torch.mul(torch.div(torch.to(torch.sub(%s, %d), %d), %d), 8)",
                                    text.range(2 * window - 1),
                                    window - 1,
                                    ProgramText.FLOAT32,
                                    Math.max((side > 0 ? side : window) - 1, 1)));
            return text.let(
                    "t",
                    String.format(
                            Locale.ROOT,
                            "torch.div(torch.mul(torch.sign(%1$s), torch.log2(torch.add(torch.abs(%1$s), 1))), 3)",
                            all));
        }
    }
}
