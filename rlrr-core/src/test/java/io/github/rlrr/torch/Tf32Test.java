package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The switches are there in a libtorch for CPUs too, and do nothing. */
@DisabledOnOs(OS.WINDOWS)
class Tf32Test {

    @BeforeEach
    void load() {
        TorchRuntime.require();
    }

    @AfterEach
    void asLibtorchStarts() {
        Tf32.allow(false);
    }

    private static boolean isAllowed(String getter) {
        NativeLibrary library = Tf32.library();
        Pointer context =
                library.getFunction("_ZN2at13globalContextEv").invokePointer(new Object[0]);
        return (library.getFunction(getter).invokeInt(new Object[] {context}) & 0xff) != 0;
    }

    @Test
    void bothSwitchesFollow() {
        for (boolean allowed : new boolean[] {true, false, true}) {
            assertThat(Tf32.allow(allowed)).isTrue();
            assertThat(isAllowed("_ZNK2at7Context15allowTF32CuBLASEv")).isEqualTo(allowed);
            assertThat(isAllowed("_ZNK2at7Context14allowTF32CuDNNEv")).isEqualTo(allowed);
        }
    }
}
