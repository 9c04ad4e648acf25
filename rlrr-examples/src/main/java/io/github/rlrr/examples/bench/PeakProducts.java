package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import java.util.Locale;

/**
 * What a device computes at most: products of two large square matrices, one after the other, with
 * nothing else between them. The roof that a step's share is of.
 */
final class PeakProducts {

    private static final int ROUNDS = 3;

    /** Side of the matrices: large enough for a GPU to be busy, small enough for a CPU to end. */
    private static final int SIDE_GPU = 8192;

    private static final int SIDE_CPU = 1024;
    private static final int TIMES = 8;

    private PeakProducts() {}

    /**
     * Times them.
     *
     * @param device where
     * @param type of the factors
     * @return floating-point operations a second, of the fastest of three rounds
     */
    static double flops(Device device, ProductType type) {
        int side = device.isGpu() ? SIDE_GPU : SIDE_CPU;
        TorchRuntime.allowTf32(type == ProductType.TF32);
        try (NDManager manager = TorchRuntime.newManager(device);
                TorchProgram program = new TorchProgram(text(type.factors()))) {
            NDArray a = manager.randomNormal(new Shape(side, side));
            NDArray b = manager.randomNormal(new Shape(side, side));
            NDArray out = manager.zeros(new Shape());
            seconds(program, a, b, out, 1);
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                // The rounding of the factors falls out.
                double one = seconds(program, a, b, out, 1);
                double all = seconds(program, a, b, out, 1 + TIMES);
                best = Math.max(best, TIMES / (all - one));
            }
            return best * 2 * Math.pow(side, 3);
        } finally {
            TorchRuntime.allowTf32(false);
        }
    }

    private static double seconds(
            TorchProgram program, NDArray a, NDArray b, NDArray out, long times) {
        long start = System.nanoTime();
        program.run("products", a, b, times, out);
        out.getFloat(); // a GPU is done when it can be read
        return (System.nanoTime() - start) / 1e9;
    }

    private static String text(int type) {
        return String.format(
                Locale.ROOT,
                """
                  def products(self, a: Tensor, b: Tensor, times: int, out: Tensor) -> NoneType:
                    x = torch.to(a, %1$d)
                    y = torch.to(b, %1$d)
                    for _0 in range(times):
                      z = torch.mm(x, y)
                      _1 = torch.add_(out, torch.select(torch.select(z, 0, 0), 0, 0))
                    return None
                """,
                type);
    }
}
