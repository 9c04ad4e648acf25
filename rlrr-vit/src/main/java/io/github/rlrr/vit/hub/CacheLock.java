package io.github.rlrr.vit.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps other threads and other processes away from a repository's folder. The lock file stays:
 * deleting it would let two processes hold locks on two files of one name.
 */
final class CacheLock {

    /** A file lock belongs to the process; among its threads these keep order. */
    private static final ConcurrentMap<Path, ReentrantLock> IN_THIS_PROCESS =
            new ConcurrentHashMap<>();

    private CacheLock() {}

    /** What is done while the lock is held. */
    interface Action {
        void run() throws IOException;
    }

    /**
     * Waits until nobody else holds the lock, then acts and lets it go.
     *
     * @param file the lock file, made when missing; its folder exists
     * @param waiting told once when there is something to wait for
     * @param action what to do meanwhile
     */
    static void hold(Path file, Runnable waiting, Action action) throws IOException {
        ReentrantLock own =
                IN_THIS_PROCESS.computeIfAbsent(
                        file.toAbsolutePath().normalize(), key -> new ReentrantLock());
        boolean waited = !own.tryLock();
        if (waited) {
            waiting.run();
            own.lock();
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                if (!waited) {
                    waiting.run();
                }
                lock = channel.lock();
            }
            try {
                action.run();
            } finally {
                lock.release();
            }
        } finally {
            own.unlock();
        }
    }
}
