package io.github.rlrr.torch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * How many threads work on what, in one place.
 *
 * <ul>
 *   <li>Within one operation libtorch has one for each core, or as many as {@link
 *       TorchRuntime#setThreads} was told: the only number that results depend on.
 *   <li>Examples of batches are read on {@link #loaders}, a few batches ahead of need.
 *   <li>Files are decoded on {@link #decoders}, where nothing else has to be done meanwhile.
 * </ul>
 */
public final class Threads {

    /** More would take the processors from what they read for. */
    private static final int MOST_LOADERS = 8;

    private Threads() {}

    /**
     * The processors there are.
     *
     * @return as Java counts them, at least 1
     */
    public static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    /**
     * The threads that read batches while others are computed.
     *
     * @return at least 1
     */
    public static int loaders() {
        return Math.min(processors(), MOST_LOADERS);
    }

    /**
     * The threads that decode files.
     *
     * @return at least 1
     */
    public static int decoders() {
        return processors();
    }

    /**
     * Threads that keep no process alive.
     *
     * @param name of each of them
     * @param count how many, at least 1
     * @return a pool, to be shut down by the caller
     */
    public static ExecutorService pool(String name, int count) {
        return Executors.newFixedThreadPool(
                count,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
