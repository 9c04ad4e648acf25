package io.github.rlrr.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Lets libtorch's threads sleep where they wait for each other while other work wants the
 * processors, and spin where none does.
 *
 * <p>Between two operations GNU's OpenMP spins some milliseconds for the next one. Alone that saves
 * up to a quarter of a small model's step; beside other work each spin keeps from the processor the
 * very thread that is waited for, and a step takes many times as long. OpenMP itself spins a
 * thousandth of that as soon as it manages more threads than there are processors. So while other
 * processes use the processors as well, a few more threads of OpenMP are kept, asleep; results do
 * not depend on it. Where the environment says how to wait ({@code OMP_WAIT_POLICY}, {@code
 * GOMP_SPINCOUNT}), nothing is done.
 *
 * <p>What others use is what Linux counts of the processors allowed, less this process' own;
 * elsewhere nothing is done.
 */
final class SpinWatch implements Runnable {

    private static final long LOOK_MS = 200;

    /** Processors that others use from which on they count. */
    private static final double OTHERS = 0.3;

    /** Processors that nobody uses from which on there is room for all. */
    private static final double ROOM = 0.5;

    /** Processors that this process uses below which it computes nothing. */
    private static final double IDLE = 0.05;

    /** Looks in a row that find room until threads may spin again. */
    private static final int CALM_LOOKS = 5;

    private static final int MOST_HOLDERS = 32;

    /** Elements for each thread from which libtorch shares an operation out. */
    private static final int GRAIN = 1 << 15;

    private final OperatingSystemMXBean system =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final Processors processors;
    private final List<CountDownLatch> holders = new ArrayList<>();
    private int calm;

    SpinWatch(Processors processors) {
        this.processors = processors;
    }

    /** Begins to watch, on a thread that keeps no process alive. */
    static void start(Processors processors) {
        boolean told =
                System.getenv("OMP_WAIT_POLICY") != null || System.getenv("GOMP_SPINCOUNT") != null;
        if (told || processors.busySeconds().isEmpty()) {
            return;
        }
        Thread thread = new Thread(new SpinWatch(processors), "rlrr-spin-watch");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            Look last = look();
            while (true) {
                Thread.sleep(LOOK_MS);
                Look now = look();
                double seconds = now.time - last.time;
                follow((now.own - last.own) / seconds, (now.all - last.all) / seconds);
                last = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Follows the load.
     *
     * @param own processors that this process uses
     * @param all processors that are used
     */
    void follow(double own, double all) {
        if (own < IDLE) {
            return;
        }
        boolean crowded = all - own > OTHERS && processors.allowed() - all < ROOM;
        calm = crowded ? 0 : calm + 1;
        if (crowded && holders.isEmpty()) {
            hold();
        } else if (calm >= CALM_LOOKS) {
            holders.forEach(CountDownLatch::countDown);
            holders.clear();
        }
    }

    /** How many threads keep a team, so that OpenMP spins less. */
    int holders() {
        return holders.size();
    }

    /** Seconds: of the clock, and of processors that this process and that all have used. */
    private record Look(double time, double own, double all) {}

    private Look look() {
        return new Look(
                System.nanoTime() / 1e9,
                system.getProcessCpuTime() / 1e9,
                processors.busySeconds().orElse(0));
    }

    /** Makes as many teams that OpenMP manages more threads than there are processors. */
    private void hold() {
        int team = TorchRuntime.threads() - 1;
        if (team < 1) {
            return;
        }
        int count = Math.min(MOST_HOLDERS, (processors.allowed() - 1) / team);
        for (int i = 0; i < count; i++) {
            CountDownLatch end = new CountDownLatch(1);
            Thread thread = new Thread(() -> keepTeam(team + 1, end), "rlrr-spin-holder");
            thread.setDaemon(true);
            thread.start();
            holders.add(end);
        }
    }

    /** A thread that has shared out one operation keeps its team until it ends. */
    private static void keepTeam(int threads, CountDownLatch end) {
        try (NDManager manager = TorchRuntime.newManager(Device.cpu());
                NDArray ones = manager.ones(new Shape((long) threads * GRAIN))) {
            ones.add(1).close();
        }
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
