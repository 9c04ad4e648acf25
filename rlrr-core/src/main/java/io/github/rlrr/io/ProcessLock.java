package io.github.rlrr.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every other process, and every other thread of this one, from what a lock file stands for.
 *
 * <p>The system lets go of the lock when the process ends, however it ends. The file says which
 * process holds it, and goes when the lock is closed. A file that was deleted or replaced while the
 * lock was being taken does not count: the lock is then taken again, on the file that is there.
 */
public final class ProcessLock implements AutoCloseable {

    /** Beyond what the file holds, since on some systems nobody else reads what is locked. */
    private static final long PLACE = Long.MAX_VALUE - 1;

    private static final long MILLIS_BETWEEN_TRIES = 50;
    private static final int LONGEST_HOLDER = 300;
    private static final String HOLDER = "another process";

    /**
     * The files locked by this process. One that is here is not opened again: closing it would let
     * go of the lock, as POSIX has it.
     */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path file;
    private final Path key;
    private final FileChannel channel;
    private final @Nullable Object identity;

    private ProcessLock(Path file, Path key, FileChannel channel, @Nullable Object identity) {
        this.file = file;
        this.key = key;
        this.channel = channel;
        this.identity = identity;
    }

    /**
     * Takes the lock if nobody has it.
     *
     * @param file the lock file, made when missing, its folder too
     * @return the lock, or null when another holds it
     * @throws IOException when the file cannot be opened or the file system has no locks
     */
    public static @Nullable ProcessLock tryTake(Path file) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        // Of a link to a folder, createDirectories of Java 17 would say that the file exists.
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        Path key = folder.toRealPath().resolve(String.valueOf(file.getFileName()));
        synchronized (HELD) {
            if (!HELD.add(key)) {
                return null;
            }
        }
        boolean taken = false;
        try {
            ProcessLock lock = take(file, key);
            taken = lock != null;
            return lock;
        } finally {
            if (!taken) {
                forget(key);
            }
        }
    }

    /**
     * Takes the lock.
     *
     * @param file the lock file, made when missing, its folder too
     * @param held what it stands for, to begin a message: a folder
     * @param doing what another holder does, to go on with: {@code trains there}
     * @return the lock
     * @throws IOException naming the process when another holds it; when the file cannot be opened
     *     or the file system has no locks
     */
    public static ProcessLock take(Path file, String held, String doing) throws IOException {
        ProcessLock lock = tryTake(file);
        if (lock == null) {
            throw new IOException(
                    held
                            + " is in use: "
                            + holder(file)
                            + " "
                            + doing
                            + "; wait for it or stop it");
        }
        return lock;
    }

    /**
     * Waits until nobody else holds the lock, then takes it.
     *
     * @param file the lock file, made when missing, its folder too
     * @param waiting told once when there is something to wait for
     * @return the lock
     * @throws IOException when the file cannot be opened or the file system has no locks
     * @throws InterruptedIOException when the thread is interrupted while it waits
     */
    public static ProcessLock await(Path file, Runnable waiting) throws IOException {
        ProcessLock lock = tryTake(file);
        if (lock == null) {
            waiting.run();
        }
        while (lock == null) {
            try {
                Thread.sleep(MILLIS_BETWEEN_TRIES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + file);
            }
            lock = tryTake(file);
        }
        return lock;
    }

    /**
     * Who holds the lock, for messages.
     *
     * @param file the lock file
     * @return such as {@code another process (4711 on host-1)}; {@code this process} of a lock of
     *     its own
     */
    public static String holder(Path file) {
        try {
            Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent()).toRealPath();
            synchronized (HELD) {
                // Not to be opened, see there.
                if (HELD.contains(folder.resolve(String.valueOf(file.getFileName())))) {
                    return "this process";
                }
            }
            if (Files.size(file) > LONGEST_HOLDER) {
                return HOLDER;
            }
            String text = Files.readString(file).strip().replaceAll("\\p{Cntrl}", " ");
            return text.isEmpty() ? HOLDER : HOLDER + " (" + text + ")";
        } catch (IOException e) {
            return HOLDER;
        }
    }

    private static @Nullable ProcessLock take(Path file, Path key) throws IOException {
        while (true) {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean kept = false;
            try {
                Object before = identity(file);
                if (!locks(channel)) {
                    return null;
                }
                String text =
                        Owner.PID + (Owner.HOST_NAME.isEmpty() ? "" : " on " + Owner.HOST_NAME);
                channel.truncate(0);
                channel.write(ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)));
                Object after = identity(file);
                if (Objects.equals(before, after) && isSized(file, channel.size())) {
                    kept = true;
                    return new ProcessLock(file, key, channel, after);
                }
            } finally {
                if (!kept) {
                    channel.close();
                }
            }
        }
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(PLACE, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static boolean isSized(Path file, long bytes) throws IOException {
        try {
            return Files.size(file) == bytes;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** What tells a file from another of its name; null where it is gone or nothing does. */
    private static @Nullable Object identity(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Whether the lock file is still where it was: false when it or its folder was deleted, moved
     * or replaced. Another process may then have the place.
     *
     * @return true when all is well
     * @throws IOException when the place cannot be looked at
     */
    public boolean isThere() throws IOException {
        return Files.exists(file) && Objects.equals(identity, identity(file));
    }

    private static void forget(Path key) {
        synchronized (HELD) {
            HELD.remove(key);
        }
    }

    /**
     * Lets others have it, and deletes the file.
     *
     * @throws IOException when the file cannot be closed
     */
    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try {
            // Where files have no identity, deleting would let two hold locks on one name.
            if (identity != null && isThere()) {
                Files.deleteIfExists(file);
            }
        } finally {
            channel.close();
            forget(key);
        }
    }
}
