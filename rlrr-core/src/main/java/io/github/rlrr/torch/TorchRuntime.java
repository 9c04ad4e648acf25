package io.github.rlrr.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine this library runs on, and whether it is one it was tested with.
 *
 * <p>Tested: DJL 0.36.0 with libtorch 2.7.1. Another version works or fails in ways nobody here has
 * seen; the first use says so once, through SLF4J.
 */
public final class TorchRuntime {

    /** The DJL version this library is built and tested with. */
    public static final String TESTED_DJL = "0.36.0";

    /** The libtorch version this library is tested with. */
    public static final String TESTED_TORCH = "2.7.1";

    /** The name of DJL's PyTorch engine. */
    public static final String ENGINE = "PyTorch";

    private static final Logger LOG = LoggerFactory.getLogger(TorchRuntime.class);

    private TorchRuntime() {}

    private static volatile @Nullable Engine met;

    private static Engine load() {
        NativeFolders.fault()
                .ifPresent(
                        fault -> {
                            throw new IllegalStateException(fault);
                        });
        Engine engine;
        try {
            engine = Engine.getEngine(ENGINE);
        } catch (EngineException | IllegalArgumentException | LinkageError | AssertionError e) {
            throw new IllegalStateException(failure(e), e);
        }
        List<String> warnings = warnings(Engine.getDjlVersion(), engine.getVersion());
        warnings.forEach(LOG::warn);
        Processors processors = Processors.here();
        if (JniUtils.getNumThreads() > processors.usable()
                && System.getenv("OMP_NUM_THREADS") == null) {
            JniUtils.setNumThreads(processors.usable());
        }
        SpinWatch.start(processors);
        if (!OwnLibtorch.bindings(Path.of(LibUtils.getLibtorchPath())).equals("cpu")) {
            Tf32.allow("1".equals(System.getenv(Tf32.VARIABLE)));
        }
        return engine;
    }

    /** What is said of an engine that did not load: the place, or what is missing. */
    static String failure(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said = String.valueOf(root.getMessage());
        if (said.contains("failed to map segment")) {
            return NativeFolders.sentence(NativeFolders.engine(), FolderCheck.NOEXEC);
        }
        if (root instanceof FileSystemException || said.equals("No space left on device")) {
            return NativeFolders.sentence(NativeFolders.engine(), said.strip());
        }
        return "DJL's PyTorch engine did not load ("
                + said.strip()
                + "); add ai.djl.pytorch:pytorch-engine:"
                + TESTED_DJL
                + " and a native library such as"
                + " ai.djl.pytorch:pytorch-native-cpu:"
                + TESTED_TORCH
                + ", or let DJL download one";
    }

    /**
     * Loads the engine on first use and warns of untested versions. Looks first whether its native
     * libraries can be unpacked and loaded where DJL wants to ({@link NativeFolders#fault}), and
     * may be called again once that is mended.
     *
     * @return DJL's PyTorch engine
     * @throws IllegalStateException when it cannot be loaded, with what to set or to add
     */
    public static Engine require() {
        Engine engine = met;
        return engine == null ? first() : engine;
    }

    private static synchronized Engine first() {
        Engine engine = met;
        if (engine == null) {
            engine = load();
            met = engine;
        }
        return engine;
    }

    /**
     * Makes a manager of arrays, and loads the engine on first use.
     *
     * @param device where its arrays are
     * @return the manager, under the system's own; the caller closes it
     * @throws IllegalStateException as {@link #require} does
     */
    public static NDManager newManager(Device device) {
        return require().newBaseManager(device);
    }

    /**
     * Makes a manager of arrays that are to lie where another one does.
     *
     * @param like the other one
     * @return the manager, of its engine and on its device, under the system's own; the caller
     *     closes it
     */
    public static NDManager newManagerLike(NDArray like) {
        return like.getManager().getEngine().newBaseManager(like.getDevice());
    }

    /**
     * Whether the libtorch that was loaded can compute on an NVIDIA GPU, where there is one.
     *
     * @return false for one that was built for CPUs alone
     */
    public static boolean isBuiltForCuda() {
        require();
        return !OwnLibtorch.bindings(Path.of(LibUtils.getLibtorchPath())).equals("cpu");
    }

    /**
     * Whether an array is libtorch's, so that a {@link TorchProgram} can take it.
     *
     * @param array any array
     * @return false for another engine's
     */
    public static boolean owns(NDArray array) {
        return array instanceof PtNDArray;
    }

    /**
     * Compares versions met with those tested.
     *
     * @param djl DJL's version
     * @param torch libtorch's version, with or without a build suffix such as {@code +cu128}
     * @return one sentence for each difference; empty when both are tested
     */
    public static List<String> warnings(String djl, String torch) {
        String plainTorch = torch.split("\\+", 2)[0];
        String advice = "; expect trouble, and run the project's tests before you rely on it";
        java.util.ArrayList<String> warnings = new java.util.ArrayList<>();
        if (!djl.equals(TESTED_DJL)) {
            warnings.add("rlrr is tested with DJL " + TESTED_DJL + ", this is DJL " + djl + advice);
        }
        if (!plainTorch.equals(TESTED_TORCH)) {
            warnings.add(
                    "rlrr is tested with libtorch "
                            + TESTED_TORCH
                            + ", this is libtorch "
                            + torch
                            + advice);
        }
        return List.copyOf(warnings);
    }

    /**
     * The number of threads libtorch uses within one operation.
     *
     * @return the count
     */
    public static int threads() {
        require();
        return JniUtils.getNumThreads();
    }

    /**
     * Sets the number of threads libtorch uses within one operation, for the whole process.
     * Bit-exact repetition needs the same count.
     *
     * @param threads at least 1
     * @throws IllegalArgumentException for less than 1
     */
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
        }
        require();
        JniUtils.setNumThreads(threads);
    }

    /**
     * Says whether GPUs may round the factors of float32 products and convolutions to TF32, 10 bits
     * of mantissa, for the whole process. They may not unless told so, here or by the environment
     * variable {@code TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1}. CPUs round nothing either way.
     *
     * @param allowed whether they may
     * @throws IllegalStateException if they are to and libtorch cannot be told, as on Windows
     */
    public static void allowTf32(boolean allowed) {
        if (!isBuiltForCuda()) {
            return;
        }
        if (!Tf32.allow(allowed) && allowed) {
            throw new IllegalStateException(
                    "libtorch cannot be told to use TF32 on this platform; set "
                            + Tf32.VARIABLE
                            + "=1 before the start");
        }
    }

    /**
     * Seeds libtorch's generator, which draws dropout masks.
     *
     * @param seed the seed
     */
    public static void seed(long seed) {
        require();
        JniUtils.setSeed(seed);
    }
}
