package io.github.rlrr.torch;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a GPU may round the factors of float32 products to TF32, 10 bits of mantissa. libtorch
 * has two switches: for matrix products, off as it starts, and for convolutions, on as it starts,
 * so that the patches of an image would be rounded where nothing else is. DJL reaches neither; they
 * are called by their names in the library, through JNA, which DJL brings.
 */
final class Tf32 {

    private static final Logger LOG = LoggerFactory.getLogger(Tf32.class);

    /** libtorch's own variable; what it asks for is left to it. */
    static final String VARIABLE = "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE";

    private static final String CONTEXT = "_ZN2at13globalContextEv";
    private static final String PRODUCTS = "_ZN2at7Context18setAllowTF32CuBLASEb";
    private static final String CONVOLUTIONS = "_ZN2at7Context17setAllowTF32CuDNNEb";

    private Tf32() {}

    /**
     * Sets both switches.
     *
     * @return whether they could be reached: not on Windows, where the names are others
     */
    static boolean allow(boolean allowed) {
        try {
            NativeLibrary library = library();
            Pointer context = library.getFunction(CONTEXT).invokePointer(new Object[0]);
            for (String set : new String[] {PRODUCTS, CONVOLUTIONS}) {
                library.getFunction(set).invokeVoid(new Object[] {context, allowed ? 1 : 0});
            }
            return true;
        } catch (LinkageError e) {
            LOG.debug("libtorch's switches for TF32 were not found", e);
            return false;
        }
    }

    /** The libtorch that is loaded already. */
    static NativeLibrary library() {
        Path file = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cpu"));
        return NativeLibrary.getInstance(file.toString());
    }
}
