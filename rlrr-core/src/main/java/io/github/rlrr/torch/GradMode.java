package io.github.rlrr.torch;

import ai.djl.pytorch.jni.JniUtils;

/**
 * Switches autograd's recording for the current thread until closed.
 *
 * <p>libtorch records on every thread by default: a thread that only evaluates would build graphs
 * and keep activations alive.
 */
public final class GradMode implements AutoCloseable {

    private final boolean previous;

    private GradMode(boolean enabled) {
        TorchRuntime.require();
        previous = JniUtils.isGradMode();
        JniUtils.setGradMode(enabled);
    }

    /**
     * Stops recording on this thread.
     *
     * @return restores the previous mode when closed, on the same thread
     */
    public static GradMode off() {
        return new GradMode(false);
    }

    /**
     * Whether this thread records.
     *
     * @return false within {@link #off}
     */
    public static boolean isOn() {
        return JniUtils.isGradMode();
    }

    /** Does nothing; silences the compiler's warning about an unused resource. */
    public void suppressNotUsedWarning() {}

    @Override
    public void close() {
        JniUtils.setGradMode(previous);
    }
}
