package io.github.rlrr.vit.checkpoint;

/**
 * Resizes learned position embeddings to another grid of patches.
 *
 * <p>The rule of Google's and the published RLRR code: linear interpolation with aligned corners in
 * both directions; the class token's embedding is kept. Shapes: (1, 1 + gh·gw, D), class token
 * first, patches row by row.
 */
final class PositionEmbedding {

    private PositionEmbedding() {}

    static float[] resize(float[] values, int fromH, int fromW, int toH, int toW, int width) {
        float[] resized = new float[(1 + toH * toW) * width];
        System.arraycopy(values, 0, resized, 0, width);
        for (int y = 0; y < toH; y++) {
            double sourceY = aligned(y, toH, fromH);
            int y0 = (int) sourceY;
            int y1 = Math.min(y0 + 1, fromH - 1);
            double fy = sourceY - y0;
            for (int x = 0; x < toW; x++) {
                double sourceX = aligned(x, toW, fromW);
                int x0 = (int) sourceX;
                int x1 = Math.min(x0 + 1, fromW - 1);
                double fx = sourceX - x0;
                for (int c = 0; c < width; c++) {
                    double top =
                            (1 - fx) * values[at(y0, x0, fromW, width) + c]
                                    + fx * values[at(y0, x1, fromW, width) + c];
                    double bottom =
                            (1 - fx) * values[at(y1, x0, fromW, width) + c]
                                    + fx * values[at(y1, x1, fromW, width) + c];
                    resized[at(y, x, toW, width) + c] = (float) ((1 - fy) * top + fy * bottom);
                }
            }
        }
        return resized;
    }

    /** Where an index of the new grid lies on the old one, first on first and last on last. */
    private static double aligned(int index, int to, int from) {
        return to == 1 ? 0 : (double) index * (from - 1) / (to - 1);
    }

    private static int at(int y, int x, int gridWidth, int width) {
        return (1 + y * gridWidth + x) * width;
    }
}
