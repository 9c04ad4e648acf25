package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

class TensorInfoTest {

    @Test
    void elementsAndBytesAreCounted() {
        TensorInfo tensor = new TensorInfo("x", TensorType.F64, new Shape(2, 3));
        assertThat(tensor.elementCount()).isEqualTo(6);
        assertThat(tensor.byteCount()).isEqualTo(48);
        assertThat(new TensorInfo("x", TensorType.F32, new Shape()).elementCount()).isEqualTo(1);
        assertThat(new TensorInfo("x", TensorType.F32, new Shape(5, 0)).byteCount()).isZero();
    }

    @Test
    void aShapeThatCannotBeCountedIsRefused() {
        assertThatThrownBy(() -> new TensorInfo("x", TensorType.I8, new Shape(1L << 32, 1L << 31)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overflows a 64-bit byte count");
        assertThatThrownBy(() -> new TensorInfo("x", TensorType.I8, new Shape(-1)))
                .hasMessageContaining("has the dimension -1, expected >= 0");
        // The largest that can be counted.
        assertThat(new TensorInfo("x", TensorType.I8, new Shape(Long.MAX_VALUE)).byteCount())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void limitsRefuseWhatIsNoLimit() {
        assertThatThrownBy(() -> ReadLimits.DEFAULTS.withMaxHeaderBytes(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxHeaderBytes is -1, expected a value from 0 to 1073741824");
        assertThatThrownBy(() -> ReadLimits.DEFAULTS.withMaxHeaderBytes(1L << 31))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
