package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long a step's matrix products take alone, here and now: the floor under the step.
 *
 * <p>Every call is made on arrays of its shapes that are made once, float32. In each of five rounds
 * each call is timed up to four times; the floor is the sum of the medians, each as often as a step
 * makes the call.
 */
final class ProductFloor {

    private static final int ROUNDS = 5;
    private static final int TIMES = 4;

    /** The factors of a call. */
    private record Factors(MatrixProduct product, NDArray left, NDArray right) {

        /** Seconds of so many calls. */
        double seconds(int calls, boolean wait) {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                try (NDArray result = left.matMul(right)) {
                    if (wait && i == calls - 1) {
                        try (NDArray flat = result.flatten();
                                NDArray first = flat.get("0:1")) {
                            first.toFloatArray();
                        }
                    }
                }
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private ProductFloor() {}

    /** The floor of a case; null where its products are not these: half precision, inference. */
    static @Nullable Double of(BenchCase measured, StepProducts products, Device device) {
        boolean same =
                measured.how().precision() == ProductType.FLOAT32
                        && measured.what() == BenchCase.What.TRAIN;
        return same ? seconds(products, device) : null;
    }

    /**
     * Times the products.
     *
     * @param step what a step needs
     * @param device where
     * @return seconds
     */
    static double seconds(StepProducts step, Device device) {
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device)) {
            off.suppressNotUsedWarning();
            List<Factors> all =
                    step.products().stream().map(product -> factors(product, manager)).toList();
            double[][] seconds = new double[all.size()][ROUNDS];
            all.forEach(factors -> factors.seconds(1, device.isGpu()));
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < all.size(); i++) {
                    int calls = Math.min(TIMES, all.get(i).product().count());
                    seconds[i][round] = all.get(i).seconds(calls, device.isGpu()) / calls;
                }
            }
            double floor = 0;
            for (int i = 0; i < all.size(); i++) {
                floor += median(seconds[i]) * all.get(i).product().count();
            }
            return floor;
        }
    }

    private static Factors factors(MatrixProduct product, NDManager manager) {
        return new Factors(
                product,
                factor(manager, product, product.m(), product.k(), product.leftTransposed()),
                factor(manager, product, product.k(), product.n(), product.rightTransposed()));
    }

    private static NDArray factor(
            NDManager manager, MatrixProduct product, long rows, long columns, boolean transposed) {
        List<Long> sides = new ArrayList<>();
        if (product.batch() > 1) {
            sides.add(product.batch());
        }
        sides.add(transposed ? columns : rows);
        sides.add(transposed ? rows : columns);
        NDArray values = manager.randomNormal(new Shape(sides));
        return transposed ? values.swapAxes(-2, -1) : values;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
