package io.github.rlrr.method;

import ai.djl.ndarray.types.Shape;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One trainable tensor of a reparameterization at a site.
 *
 * @param name the tensor's name after the module path, such as {@code scale_left}
 * @param shape its shape
 * @param decayed whether weight decay applies to it
 * @param start the values it starts from
 * @param shared the full name of a tensor that sites share, or null for one of this site alone;
 *     sites of one rule that give the same full name have one tensor, counted and saved once
 * @param inShapes whether sites of other sizes share one of their own shape, as the stages of a
 *     Swin Transformer do; otherwise they are refused
 */
public record TensorSpec(
        String name,
        Shape shape,
        boolean decayed,
        Start start,
        @Nullable String shared,
        boolean inShapes) {

    /**
     * A tensor of one site.
     *
     * @param name the tensor's name after the module path
     * @param shape its shape
     * @param decayed whether weight decay applies to it
     * @param start the values it starts from
     */
    public TensorSpec(String name, Shape shape, boolean decayed, Start start) {
        this(name, shape, decayed, start, null, false);
    }

    /**
     * A tensor that sites of one size share.
     *
     * @param name the tensor's name after the module path
     * @param shape its shape
     * @param decayed whether weight decay applies to it
     * @param start the values it starts from
     * @param shared the full name
     */
    public TensorSpec(String name, Shape shape, boolean decayed, Start start, String shared) {
        this(name, shape, decayed, start, shared, true);
    }

    /** Where a tensor's first values come from. */
    @FunctionalInterface
    public interface Start {

        /**
         * Draws the first values.
         *
         * @param random seeded from the configuration's seed and the tensor's full name
         * @param size the number of values
         * @return the values in row-major order
         */
        float[] values(RandomGenerator random, int size);

        /**
         * The same value everywhere.
         *
         * @param value the value
         * @return the start
         */
        static Start constant(double value) {
            return (random, size) -> {
                float[] values = new float[size];
                java.util.Arrays.fill(values, (float) value);
                return values;
            };
        }

        /**
         * Uniform between {@code -bound} and {@code bound}.
         *
         * @param bound the bound
         * @return the start
         */
        static Start uniform(double bound) {
            return (random, size) -> {
                float[] values = new float[size];
                for (int i = 0; i < size; i++) {
                    values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
                }
                return values;
            };
        }

        /**
         * Normally distributed.
         *
         * @param mean the mean
         * @param deviation the standard deviation
         * @return the start
         */
        static Start normal(double mean, double deviation) {
            return (random, size) -> {
                float[] values = new float[size];
                for (int i = 0; i < size; i++) {
                    values[i] = (float) (mean + deviation * random.nextGaussian());
                }
                return values;
            };
        }
    }
}
