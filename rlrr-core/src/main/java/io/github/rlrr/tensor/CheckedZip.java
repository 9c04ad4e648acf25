package io.github.rlrr.tensor;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A zip archive whose directory was checked before anything is read from it.
 *
 * <p>No name is there twice or leads out of a folder, the sizes that the directory claims agree
 * with the length of the file and with what deflate can achieve, and no two entries share bytes,
 * which would multiply what a small file can claim.
 */
final class CheckedZip implements Closeable {

    /** Deflate's best: 258 bytes for 2 bits. */
    private static final long MAX_RATIO = 1032;

    /**
     * Names that mean another place than they seem to, to one program or another. Nothing is ever
     * unpacked here; an archive that has one was still not made by NumPy or PyTorch.
     */
    private static final Pattern TRICK =
            Pattern.compile(
                    "/.*|[A-Za-z]:/.*|(.*/)?\\.\\.?(/.*)?|.*[\\\\\\p{Cntrl}].*", Pattern.DOTALL);

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private CheckedZip(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Opens an archive and checks its directory.
     *
     * @param maxEntries the most entries, said to be {@link ReadLimits#maxTensors} when exceeded
     */
    static CheckedZip open(Path file, long maxEntries) throws TensorFileException {
        CheckedZip checked = null;
        boolean whole = false;
        try {
            checked = new CheckedZip(file, new ZipFile(file.toFile()));
            checked.check(maxEntries);
            whole = true;
            return checked;
        } catch (IOException e) {
            throw TensorFileException.of(file, e);
        } catch (IllegalArgumentException e) {
            // What ZipFile throws for names it cannot decode.
            throw new TensorFileException(
                    file, "is a damaged zip archive: " + TensorFileException.reason(e), e);
        } finally {
            if (!whole && checked != null) {
                checked.closeQuietly();
            }
        }
    }

    private void check(long maxEntries) throws IOException {
        if (zip.size() > maxEntries) {
            throw new TensorFileException(
                    file,
                    "has %s entries, expected at most %s (ReadLimits.maxTensors)"
                            .formatted(zip.size(), maxEntries));
        }
        long unclaimed = file.toFile().length();
        List<? extends ZipEntry> listed = Collections.list(zip.entries());
        for (ZipEntry entry : listed) {
            String name = entry.getName();
            if (TRICK.matcher(name).matches()) {
                throw problem(name, "has a name that leads elsewhere, expected a plain path");
            }
            if (entries.putIfAbsent(name, entry) != null) {
                throw problem(name, "is in the archive twice");
            }
            unclaimed -= checkSizes(entry, unclaimed);
        }
        try {
            ZipLayout.requireDisjoint(file, listed);
        } catch (ZipException e) {
            throw new TensorFileException(
                    file, "is a damaged zip archive: " + TensorFileException.reason(e), e);
        }
    }

    /** Refuses sizes that no honest entry has; returns the bytes it takes from the file. */
    private long checkSizes(ZipEntry entry, long unclaimed) throws TensorFileException {
        long packed = entry.getCompressedSize();
        long size = entry.getSize();
        if (packed < 0 || size < 0 || packed > unclaimed) {
            throw problem(
                    entry.getName(),
                    "claims %s packed bytes, more than the archive has left".formatted(packed));
        }
        boolean stored = entry.getMethod() == ZipEntry.STORED;
        if (stored ? size != packed : size / MAX_RATIO > packed) {
            throw problem(
                    entry.getName(),
                    "claims %s bytes from %s packed ones, which %s cannot give"
                            .formatted(size, packed, stored ? "storing" : "deflate"));
        }
        return packed;
    }

    /** A problem of one entry. */
    TensorFileException problem(String entry, String problem) {
        return new TensorFileException(
                file, "entry " + TensorFileException.quote(entry) + " " + problem);
    }

    /** A problem of one entry that another exception revealed. */
    TensorFileException problem(String entry, String problem, Exception cause) {
        return new TensorFileException(
                file, "entry " + TensorFileException.quote(entry) + " " + problem, cause);
    }

    /** The entries in the directory's order. */
    Collection<ZipEntry> entries() {
        return Collections.unmodifiableCollection(entries.values());
    }

    @Nullable ZipEntry find(String name) {
        return entries.get(name);
    }

    /**
     * Opens the data of an entry.
     *
     * @throws ClosedChannelException if the archive was closed
     */
    InputStream stream(ZipEntry entry) throws IOException {
        @Nullable InputStream in;
        try {
            in = zip.getInputStream(entry);
        } catch (IllegalStateException e) {
            ClosedChannelException closed = new ClosedChannelException();
            closed.initCause(e);
            throw closed;
        }
        if (in == null) {
            throw new TensorProblemException("is listed by the archive but cannot be found in it");
        }
        return in;
    }

    void closeQuietly() {
        try {
            zip.close();
        } catch (IOException e) {
            // The exception on its way says more than a failed close of a file only read.
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
