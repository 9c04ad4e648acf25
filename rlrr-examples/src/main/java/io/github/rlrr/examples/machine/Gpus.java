package io.github.rlrr.examples.machine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.util.cuda.CudaUtils;
import io.github.rlrr.torch.TorchRuntime;
import java.lang.management.MemoryUsage;
import java.util.Locale;

/** The GPUs that the engine sees, in words, and why it sees none. */
public final class Gpus {

    private Gpus() {}

    /**
     * Says what there is.
     *
     * @param engine DJL's PyTorch engine
     * @return such as {@code 1, CUDA 126, compute capability 90, 79.1 of 79.6 GiB free}, or {@code
     *     none} with the remedy where libtorch was built for CUDA
     */
    public static String of(Engine engine) {
        if (!TorchRuntime.isBuiltForCuda()) {
            return "none";
        }
        String cuda;
        try {
            cuda = CudaUtils.getCudaVersionString();
        } catch (IllegalStateException e) {
            return "none, though libtorch was built for CUDA: no CUDA runtime library was found;"
                    + " set RLRR_JAVA_OPTS=-Djna.library.path= to the folder of libcudart.so";
        }
        int gpus = engine.getGpuCount();
        return gpus == 0
                ? "none, though libtorch was built for CUDA and CUDA "
                        + cuda
                        + " is there: nvidia-smi must list a GPU, and a driver as new"
                : gpus + ", CUDA " + cuda + ", " + first();
    }

    private static String first() {
        MemoryUsage memory = CudaUtils.getGpuMemory(Device.gpu(0));
        return String.format(
                Locale.ROOT,
                "compute capability %s, %.1f of %.1f GiB free",
                CudaUtils.getComputeCapability(0),
                (memory.getMax() - memory.getCommitted()) / (double) (1L << 30),
                memory.getMax() / (double) (1L << 30));
    }
}
