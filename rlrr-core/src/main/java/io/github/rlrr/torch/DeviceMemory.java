package io.github.rlrr.torch;

import ai.djl.Device;
import java.util.List;

/** What is said where a device has no memory left. */
public final class DeviceMemory {

    /** How libtorch's messages begin, of CUDA, of its libraries and of the CPU. */
    private static final List<String> SIGNS =
            List.of(
                    "CUDA out of memory",
                    "_STATUS_ALLOC_FAILED",
                    "not enough memory",
                    "can't allocate memory");

    private DeviceMemory() {}

    /**
     * Says what to do about a fault where that is a want of memory.
     *
     * @param fault what libtorch threw
     * @param device where
     * @param doing what took the memory, such as {@code a training step of 32 examples}
     * @param instead what takes less
     * @return an {@link IllegalStateException} with all of it, or the fault itself where it is
     *     another
     */
    public static RuntimeException explained(
            RuntimeException fault, Device device, String doing, String instead) {
        String said = String.valueOf(fault.getMessage());
        if (SIGNS.stream().noneMatch(said::contains)) {
            return fault;
        }
        return new IllegalStateException(
                device
                        + " has no memory left for "
                        + doing
                        + "; "
                        + instead
                        + " (libtorch says: "
                        + said.strip().lines().findFirst().orElse("").strip()
                        + ")",
                fault);
    }
}
