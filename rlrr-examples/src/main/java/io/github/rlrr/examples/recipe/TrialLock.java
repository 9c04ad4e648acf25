package io.github.rlrr.examples.recipe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every other process, and every other thread of this one, from doing the same trial. The
 * system lets go of the lock when the process ends, however it ends. The file stays: deleting it
 * would let two processes hold locks on two files of one name.
 */
public final class TrialLock implements AutoCloseable {

    private final FileChannel channel;

    private TrialLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock if nobody has it.
     *
     * @param file the lock file, made when missing, its folder too
     * @return the lock, or null when another holds it
     * @throws IOException when the file cannot be opened or the file system has no locks
     */
    @SuppressWarnings("resource") // the channel is the lock
    public static @Nullable TrialLock tryHold(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new TrialLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Another thread of this process has it.
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
