package io.github.rlrr.vit.part;

import java.util.Locale;

/**
 * How a grid of tokens is cut into windows that lie side by side, perhaps after it was shifted.
 *
 * <p>The grid is rolled up and to the left by the shift, filled up with zeros at its end to whole
 * windows, and cut. Tokens that were no neighbours before the roll do not see each other. Source:
 * Liu et al., Swin Transformer, ICCV 2021, figure 4.
 *
 * @param gridHeight rows of tokens
 * @param gridWidth columns of tokens
 * @param height rows of a window
 * @param width columns of a window
 * @param shiftHeight rows by which the grid is rolled; 0 for none
 * @param shiftWidth columns by which the grid is rolled; 0 for none
 * @param filledFirst whether zeros are added before the roll, as the original and Hugging Face do,
 *     rather than after it, as timm does; without zeros it is the same
 */
public record Windows(
        int gridHeight,
        int gridWidth,
        int height,
        int width,
        int shiftHeight,
        int shiftWidth,
        boolean filledFirst) {

    /** What is added to the attention between tokens that were no neighbours. */
    private static final double APART = -100;

    /**
     * The tokens of one window.
     *
     * @return n
     */
    public int tokens() {
        return height * width;
    }

    /**
     * The windows of one image.
     *
     * @return how many
     */
    public int count() {
        return rows() * columns();
    }

    /**
     * The tokens of one image.
     *
     * @return N, without zeros
     */
    public int gridTokens() {
        return gridHeight * gridWidth;
    }

    /**
     * Whether the grid is whole windows, so that nothing is filled up.
     *
     * @return true where no zeros are added
     */
    public boolean isWhole() {
        return gridHeight % height == 0 && gridWidth % width == 0;
    }

    /**
     * The same with zeros added before or after the roll.
     *
     * @param other whose order is taken
     * @return the same where nothing is filled up
     */
    public Windows withFill(Windows other) {
        return new Windows(
                gridHeight, gridWidth, height, width, shiftHeight, shiftWidth, other.filledFirst);
    }

    private int rows() {
        return (gridHeight + height - 1) / height;
    }

    private int columns() {
        return (gridWidth + width - 1) / width;
    }

    private boolean shifts() {
        return shiftHeight > 0 || shiftWidth > 0;
    }

    /** Cuts tokens: (B, N, D) to (B·windows, n, D). */
    String cut(ProgramText text, String x, int size) {
        String grid =
                text.let(
                        "g",
                        format(
                                "torch.reshape(%s, [-1, %d, %d, %d])",
                                x, gridHeight, gridWidth, size));
        grid =
                filledFirst
                        ? rolled(text, filled(text, grid), -1)
                        : filled(text, rolled(text, grid, -1));
        String apart =
                format(
                        "torch.reshape(%s, [-1, %d, %d, %d, %d, %d])",
                        grid, rows(), height, columns(), width, size);
        return text.let(
                "w",
                format(
                        "torch.reshape(torch.permute(%s, [0, 1, 3, 2, 4, 5]), [-1, %d, %d])",
                        apart, tokens(), size));
    }

    /** The inverse of {@link #cut}; what became of the zeros is dropped. */
    String joined(ProgramText text, String x, int size) {
        String apart =
                format(
                        "torch.reshape(%s, [-1, %d, %d, %d, %d, %d])",
                        x, rows(), columns(), height, width, size);
        String grid =
                text.let(
                        "g",
                        format(
                                "torch.reshape(torch.permute(%s, [0, 1, 3, 2, 4, 5]), [-1, %d, %d, %d])",
                                apart, rows() * height, columns() * width, size));
        grid =
                filledFirst
                        ? trimmed(text, rolled(text, grid, 1))
                        : rolled(text, trimmed(text, grid), 1);
        return text.let("o", format("torch.reshape(%s, [-1, %d, %d])", grid, gridTokens(), size));
    }

    private String rolled(ProgramText text, String grid, int direction) {
        return shifts()
                ? text.let(
                        "g",
                        format(
                                "torch.roll(%s, [%d, %d], [1, 2])",
                                grid, direction * shiftHeight, direction * shiftWidth))
                : grid;
    }

    private String filled(ProgramText text, String grid) {
        int below = rows() * height - gridHeight;
        int right = columns() * width - gridWidth;
        return below + right > 0
                ? text.let(
                        "g",
                        format(
                                "torch.constant_pad_nd(%s, [0, 0, 0, %d, 0, %d], 0)",
                                grid, right, below))
                : grid;
    }

    private String trimmed(ProgramText text, String grid) {
        return rows() * height > gridHeight || columns() * width > gridWidth
                ? text.let(
                        "g",
                        format(
                                "torch.slice(torch.slice(%s, 1, 0, %d), 2, 0, %d)",
                                grid, gridHeight, gridWidth))
                : grid;
    }

    /**
     * Adds to a bias (heads, n, n) of each pair of tokens what keeps tokens of different places
     * apart: (1, heads, n, n), or (B·windows, heads, n, n).
     */
    String mask(ProgramText text, String bias) {
        if (!shifts()) {
            return text.let("m", "torch.unsqueeze(" + bias + ", 0)");
        }
        // Of the last windows of a row or column, what came from the other side.
        String down =
                text.let(
                        "i",
                        format(
                                "torch.ge(%s, %d)",
                                text.range(rows() * height), rows() * height - shiftHeight));
        String right =
                text.let(
                        "i",
                        format(
                                "torch.ge(%s, %d)",
                                text.range(columns() * width), columns() * width - shiftWidth));
        String place =
                text.let(
                        "i",
                        format(
                                "torch.add(torch.mul(torch.unsqueeze(%s, 1), 2), torch.unsqueeze(%s, 0))",
                                down, right));
        String cut =
                format(
                        "torch.reshape(%s, [%d, %d, %d, %d])",
                        place, rows(), height, columns(), width);
        String windows =
                text.let(
                        "i",
                        format(
                                "torch.reshape(torch.permute(%s, [0, 2, 1, 3]), [%d, 1, %d])",
                                cut, count(), tokens()));
        String apart =
                text.let(
                        "i",
                        format(
                                "torch.unsqueeze(torch.ne(%s, torch.transpose(%s, 1, 2)), 1)",
                                windows, windows));
        String each =
                text.let(
                        "m",
                        format(
                                "torch.add(%s, torch.mul(torch.to(%s, %s), %s))",
                                bias, apart, ProgramText.FLOAT32, APART));
        return text.let(
                "m",
                format(
                        "torch.reshape(torch.expand(%s, [torch.size(x, 0), -1, -1, -1, -1]), [-1, torch.size(%s, 1), %d, %d])",
                        each, each, tokens(), tokens()));
    }

    /** Which of (2·height − 1)·(2·width − 1) relative places each pair of tokens has: (n·n). */
    String relativePlaces(ProgramText text) {
        String all = text.let("i", text.range(tokens()));
        String rows = text.let("i", format("torch.floor_divide(%s, %d)", all, width));
        String columns = text.let("i", format("torch.remainder(%s, %d)", all, width));
        String down = text.let("i", format("torch.add(%s, %d)", difference(rows), height - 1));
        String right = text.let("i", format("torch.add(%s, %d)", difference(columns), width - 1));
        return text.let(
                "i",
                format(
                        "torch.reshape(torch.add(torch.mul(%s, %d), %s), [-1])",
                        down, 2 * width - 1, right));
    }

    private static String difference(String x) {
        return format("torch.sub(torch.unsqueeze(%s, 1), torch.unsqueeze(%s, 0))", x, x);
    }

    private static String format(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }
}
