package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceMemoryTest {

    /** More than any address space holds. */
    private static final Shape TOO_LARGE = new Shape(1L << 50);

    @Test
    void whatLibtorchThrowsIsKnown() {
        try (NDManager manager = TorchRuntime.newManager(Device.cpu())) {
            EngineException thrown =
                    catchThrowableOfType(EngineException.class, () -> manager.zeros(TOO_LARGE));
            assertThat(DeviceMemory.explained(thrown, Device.cpu(), "a step", "take less"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasCause(thrown)
                    .hasMessageStartingWith("cpu() has no memory left for a step; take less (")
                    .hasMessageNotContaining("\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has 1.1 GiB\nException",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"
            })
    void soIsWhatItThrowsOnAGpu(String message) {
        assertThat(
                        DeviceMemory.explained(
                                new EngineException(message), Device.gpu(0), "a step", "less"))
                .hasMessageStartingWith("gpu(0) has no memory left for a step; less (libtorch");
    }

    @Test
    void anotherFaultStaysAsItIs() {
        RuntimeException other = new EngineException("mat1 and mat2 shapes cannot be multiplied");
        assertThat(DeviceMemory.explained(other, Device.cpu(), "", "")).isSameAs(other);
    }
}
