package io.github.rlrr.vit.checkpoint;

import java.util.Arrays;

/**
 * Resizes learned position embeddings to another grid of patches. Shapes: (1, k + gh·gw, D), first
 * those of k tokens that are no patches, which are kept, then patches row by row.
 */
final class PositionEmbedding {

    /** How values of the new grid follow from those of the old one, along each side. */
    enum Rule {
        /** Linear, first on first and last on last: Google's and the published RLRR code's. */
        LINEAR {
            @Override
            double[] weights(int index, int to, int from) {
                double source = to == 1 ? 0 : (double) index * (from - 1) / (to - 1);
                int left = (int) source;
                double[] weights = new double[from];
                weights[left] = 1 - (source - left);
                weights[Math.min(left + 1, from - 1)] += source - left;
                return weights;
            }
        },
        /** Linear between the middles of pixels, as PyTorch's {@code bilinear}. */
        LINEAR_CENTRED {
            @Override
            double[] weights(int index, int to, int from) {
                double source = (index + 0.5) * from / to - 0.5;
                double inside = Math.max(0, Math.min(from - 1, source));
                return between((int) inside, inside - (int) inside, from);
            }
        },
        /**
         * Linear between places whose distances grow from the middle outwards by one factor, so
         * that both grids reach as far: how BEiT's code resizes tables of relative positions.
         */
        GEOMETRIC {
            @Override
            double[] weights(int index, int to, int from) {
                double[] places = places(from / 2, to / 2);
                double at = index - to / 2;
                if (at <= places[0] || at >= places[from - 1]) {
                    return between(at <= places[0] ? 0 : from - 1, 0, from);
                }
                int left = 0;
                while (places[left + 1] < at) {
                    left++;
                }
                return between(left, (at - places[left]) / (places[left + 1] - places[left]), from);
            }

            /**
             * As far from the middle as {@code to}, found by halving as the published code does.
             */
            private static double[] places(int from, int to) {
                double low = 1.01;
                double high = 1.5;
                double factor = high;
                while (high - low > 1e-6) {
                    factor = (low + high) / 2;
                    double reach = (1 - Math.pow(factor, from)) / (1 - factor);
                    if (reach > to) {
                        high = factor;
                    } else {
                        low = factor;
                    }
                }
                double[] places = new double[2 * from + 1];
                double distance = 1;
                for (int i = 0; i < from; i++) {
                    places[from + 1 + i] = distance;
                    places[from - 1 - i] = -distance;
                    distance += Math.pow(factor, i + 1);
                }
                return places;
            }
        },
        /** Cubic, as PyTorch's {@code bicubic}: Hugging Face's. */
        CUBIC {
            @Override
            double[] weights(int index, int to, int from) {
                return cubic((index + 0.5) * from / to - 0.5, from);
            }
        },
        /** The same with the scale (to + 0.1) / from: the original DINOv2's. */
        CUBIC_OFFSET {
            @Override
            double[] weights(int index, int to, int from) {
                return cubic((index + 0.5) * from / (to + 0.1) - 0.5, from);
            }
        },
        /** Cubic, over all values that a smaller grid covers: {@code antialias=True}, timm's. */
        CUBIC_ANTIALIASED {
            @Override
            double[] weights(int index, int to, int from) {
                double scale = Math.max(1, (double) from / to);
                double centre = (index + 0.5) * from / to;
                int first = Math.max(0, (int) (centre - 2 * scale + 0.5));
                int end = Math.min(from, (int) (centre + 2 * scale + 0.5));
                double[] weights = new double[from];
                double sum = 0;
                for (int i = first; i < end; i++) {
                    weights[i] = kernel((i - centre + 0.5) / scale, -0.5);
                    sum += weights[i];
                }
                for (int i = first; i < end; i++) {
                    weights[i] /= sum;
                }
                return weights;
            }
        };

        /** The weight of each old value in a new one. */
        abstract double[] weights(int index, int to, int from);

        /** How the library that has this rule resizes tables of relative positions. */
        Rule relative() {
            return this == CUBIC_ANTIALIASED ? GEOMETRIC : LINEAR_CENTRED;
        }

        private static double[] between(int left, double share, int from) {
            double[] weights = new double[from];
            weights[left] = 1 - share;
            weights[Math.min(left + 1, from - 1)] += share;
            return weights;
        }

        /** Four neighbours, those beyond the edge being the edge. */
        private static double[] cubic(double source, int from) {
            double[] weights = new double[from];
            int left = (int) Math.floor(source);
            for (int i = left - 1; i <= left + 2; i++) {
                weights[Math.max(0, Math.min(from - 1, i))] += kernel(source - i, -0.75);
            }
            return weights;
        }

        /** Keys' cubic kernel. */
        private static double kernel(double x, double a) {
            double d = Math.abs(x);
            if (d >= 2) {
                return 0;
            }
            return d <= 1
                    ? ((a + 2) * d - (a + 3)) * d * d + 1
                    : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
        }
    }

    private static final int RELATIVE_OTHERS = 3;

    private PositionEmbedding() {}

    static float[] resize(
            float[] values,
            Rule rule,
            int kept,
            int fromH,
            int fromW,
            int toH,
            int toW,
            int width) {
        float[] resized = new float[(kept + toH * toW) * width];
        System.arraycopy(values, 0, resized, 0, kept * width);
        double[][] columns = new double[toW][];
        for (int x = 0; x < toW; x++) {
            columns[x] = rule.weights(x, toW, fromW);
        }
        for (int y = 0; y < toH; y++) {
            double[] rows = rule.weights(y, toH, fromH);
            for (int x = 0; x < toW; x++) {
                for (int c = 0; c < width; c++) {
                    double sum = 0;
                    for (int fy = 0; fy < fromH; fy++) {
                        if (rows[fy] != 0) {
                            int at = (kept + fy * fromW) * width + c;
                            sum += rows[fy] * along(columns[x], values, at, width);
                        }
                    }
                    resized[(kept + y * toW + x) * width + c] = (float) sum;
                }
            }
        }
        return resized;
    }

    /** The number of relative places on a grid, with three of the class token. */
    static long places(int rows, int columns) {
        return (2L * rows - 1) * (2L * columns - 1) + RELATIVE_OTHERS;
    }

    /** Resizes a table of relative positions (places, heads), whose last three are kept. */
    static float[] resizeRelative(
            float[] values, Rule rule, int fromH, int fromW, int toH, int toW, int heads) {
        float[] steps =
                resize(
                        values,
                        rule,
                        0,
                        2 * fromH - 1,
                        2 * fromW - 1,
                        2 * toH - 1,
                        2 * toW - 1,
                        heads);
        int kept = RELATIVE_OTHERS * heads;
        float[] resized = Arrays.copyOf(steps, steps.length + kept);
        System.arraycopy(values, values.length - kept, resized, steps.length, kept);
        return resized;
    }

    private static double along(double[] weights, float[] values, int at, int step) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] != 0) {
                sum += weights[i] * values[at + i * step];
            }
        }
        return sum;
    }
}
