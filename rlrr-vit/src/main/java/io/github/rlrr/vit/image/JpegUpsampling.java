package io.github.rlrr.vit.image;

/**
 * Interpolates components that are stored at half the height alone (4:4:0), as libjpeg-turbo does
 * and the older libjpeg inside most Java runtimes does not: that one repeats each row. All other
 * sub-samplings are alike in both.
 */
final class JpegUpsampling {

    private JpegUpsampling() {}

    /**
     * Changes the components in place.
     *
     * @param samples the decoded components, side by side in each pixel
     * @param width pixels a row
     * @param height rows
     * @param sampling of each component, horizontal factor × 16 + vertical one
     */
    static void smooth(byte[] samples, int width, int height, int[] sampling) {
        int widest = 0;
        int highest = 0;
        for (int factors : sampling) {
            widest = Math.max(widest, factors >> 4);
            highest = Math.max(highest, factors & 15);
        }
        int components = sampling.length;
        if (samples.length != width * height * components) {
            return;
        }
        for (int i = 0; i < components; i++) {
            boolean halfHigh = 2 * (sampling[i] & 15) == highest && sampling[i] >> 4 == widest;
            if (halfHigh && rowsComeInPairs(samples, width, height, components, i)) {
                interpolate(samples, width, height, components, i);
            }
        }
    }

    /** Whether rows were repeated: a runtime whose libjpeg interpolates has done so already. */
    private static boolean rowsComeInPairs(
            byte[] samples, int width, int height, int components, int component) {
        int row = width * components;
        for (int y = 0; y + 1 < height; y += 2) {
            for (int at = y * row + component; at < (y + 1) * row; at += components) {
                if (samples[at] != samples[at + row]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Three parts of the row itself and one of the next nearest, rounded down and up in turn. */
    private static void interpolate(
            byte[] samples, int width, int height, int components, int component) {
        int row = width * components;
        int pairs = (height + 1) / 2;
        for (int x = component; x < row; x += components) {
            int above = samples[x] & 0xff;
            for (int pair = 0; pair < pairs; pair++) {
                int at = 2 * pair * row + x;
                int here = samples[at] & 0xff;
                int below = pair + 1 < pairs ? samples[at + 2 * row] & 0xff : here;
                samples[at] = (byte) ((3 * here + above + 1) >> 2);
                if (2 * pair + 1 < height) {
                    samples[at + row] = (byte) ((3 * here + below + 2) >> 2);
                }
                above = here;
            }
        }
    }
}
