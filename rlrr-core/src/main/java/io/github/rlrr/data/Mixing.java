package io.github.rlrr.data;

import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/**
 * Mixup and cutmix of a batch with itself in reverse: the partner of example i of B is B−1−i, one λ
 * a batch.
 *
 * <pre>
 *   λ ~ Beta(α, α)
 *   mixup:   x ← λ·x + (1−λ)·partner
 *   cutmix:  a box of √(1−λ) of height and width around a random centre is the partner's;
 *            then λ = 1 − (area of the box within the image) / (area of the image)
 * </pre>
 *
 * <p>Source: Zhang et al., mixup, ICLR 2018; Yun et al., CutMix, ICCV 2019; in the batch mode of
 * timm 0.9, which the published augmented recipe uses with 0.8, 1.0 and a share of 0.5.
 *
 * @param mixup α of mixup, 0 for none
 * @param cutmix α of cutmix, 0 for none
 * @param cutmixShare the share of batches that get cutmix when both are on
 */
public record Mixing(double mixup, double cutmix, double cutmixShare) {

    /** Nothing is mixed. */
    public static final Mixing NONE = new Mixing(0, 0, 0);

    /**
     * The part of an image that its partner gives, in pixels.
     *
     * @param top the first row
     * @param bottom the row after the last
     * @param left the first column
     * @param right the column after the last
     */
    record Box(int top, int bottom, int left, int right) {

        /** The box of a drawn λ around a drawn centre, cut off at the edges. */
        static Box around(int y, int x, double lambda, int height, int width) {
            double side = Math.sqrt(1 - lambda);
            int halfHeight = (int) (height * side) / 2;
            int halfWidth = (int) (width * side) / 2;
            return new Box(
                    Math.max(0, y - halfHeight),
                    Math.min(height, y + halfHeight),
                    Math.max(0, x - halfWidth),
                    Math.min(width, x + halfWidth));
        }

        int area() {
            return (bottom - top) * (right - left);
        }
    }

    /**
     * Whether anything is mixed.
     *
     * @return false where both are off
     */
    public boolean isOn() {
        return mixup > 0 || cutmix > 0;
    }

    /**
     * Mixes a batch in place.
     *
     * @param values B examples in row-major order
     * @param size B
     * @param example the shape of one, (…, height, width) where cutmix is on
     * @param random what is drawn from
     * @return λ, the share of each example's own target
     */
    float mix(FloatBuffer values, int size, Shape example, SplittableRandom random) {
        if (!isOn()) {
            return 1;
        }
        boolean cut = cutmix > 0 && (mixup <= 0 || random.nextDouble() < cutmixShare);
        double alpha = cut ? cutmix : mixup;
        double lambda = Beta.symmetric(alpha, random);
        int length = Math.toIntExact(example.size());
        if (!cut) {
            float share = (float) lambda;
            for (int i = 0; i < (size + 1) / 2; i++) {
                blend(values, i * length, (size - 1 - i) * length, length, share);
            }
            return share;
        }
        int axes = example.dimension();
        int height = Math.toIntExact(example.get(axes - 2));
        int width = Math.toIntExact(example.get(axes - 1));
        Box box = Box.around(random.nextInt(height), random.nextInt(width), lambda, height, width);
        for (int i = 0; i < size / 2; i++) {
            for (int plane = 0; plane < length; plane += height * width) {
                exchange(values, i * length + plane, (size - 1 - i) * length + plane, width, box);
            }
        }
        return (float) (1 - (double) box.area() / (height * width));
    }

    private static void blend(FloatBuffer values, int a, int b, int length, float share) {
        for (int k = 0; k < length; k++) {
            float x = values.get(a + k);
            float y = values.get(b + k);
            values.put(a + k, share * x + (1 - share) * y);
            values.put(b + k, share * y + (1 - share) * x);
        }
    }

    private static void exchange(FloatBuffer values, int a, int b, int width, Box box) {
        for (int row = box.top(); row < box.bottom(); row++) {
            for (int k = row * width + box.left(); k < row * width + box.right(); k++) {
                float x = values.get(a + k);
                values.put(a + k, values.get(b + k));
                values.put(b + k, x);
            }
        }
    }
}
