package io.github.rlrr.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

/**
 * Where the entries of a zip archive lie in the file, which {@link java.util.zip.ZipFile} does not
 * tell: needed to refuse entries that share bytes.
 *
 * <p>Reads the end record and the directory a second time, as PKWARE's APPNOTE.TXT lays them out
 * (4.3.12 to 4.3.16, and 4.5.3 for 64-bit sizes), and refuses an archive where it finds other
 * entries than {@code ZipFile} did.
 */
final class ZipLayout {

    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_BYTES = 56;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int EXTRA_64 = 1;
    private static final long IN_EXTRA = 0xffffffffL;

    /** The bytes of one entry, its local header included. */
    private record Place(String name, long begin, long end) {}

    private final FileChannel channel;

    private ZipLayout(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Refuses entries that share bytes with each other or with the directory.
     *
     * @param entries what {@code ZipFile} found, in its order
     * @throws IOException saying what is wrong, without the file's name
     */
    static void requireDisjoint(Path file, List<? extends ZipEntry> entries) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            new ZipLayout(channel).check(entries);
        }
    }

    private void check(List<? extends ZipEntry> entries) throws IOException {
        long size = channel.size();
        long tailStart = Math.max(0, size - END_BYTES - LONGEST_COMMENT);
        ByteBuffer tail = read(tailStart, size - tailStart);
        int at = tail.limit() - END_BYTES;
        while (at >= 0
                && (tail.getInt(at) != END
                        || unsigned(tail, at + 20) != tail.limit() - END_BYTES - at)) {
            at--;
        }
        if (at < 0) {
            throw new ZipException("zip END header not found");
        }
        long end = tailStart + at;
        long length = tail.getInt(at + 12) & IN_EXTRA;
        long offset = tail.getInt(at + 16) & IN_EXTRA;
        // Always looked for: PyTorch writes 64-bit records where 32 bits would do.
        long end64 =
                end < LOCATOR_64_BYTES ? -1 : end64(read(end - LOCATOR_64_BYTES, LOCATOR_64_BYTES));
        if (end64 >= 0) {
            ByteBuffer wide = read(end64, END_64_BYTES);
            long length64 = wide.getLong(40);
            long offset64 = wide.getLong(48);
            if (wide.getInt(0) == END_64
                    && (length == length64 || length == IN_EXTRA)
                    && (offset == offset64 || offset == IN_EXTRA)) {
                end = end64;
                length = length64;
                offset = offset64;
            }
        }
        long directory = end - length;
        ByteBuffer records = read(directory, length);
        // Offsets count from the archive's first byte, before which a file may have others.
        requireDisjoint(places(records, directory - offset, entries), directory);
    }

    /** Where the 64-bit end record is, negative if the locator is none. */
    private static long end64(ByteBuffer locator) {
        return locator.getInt(0) == LOCATOR_64 ? locator.getLong(8) : -1;
    }

    private static List<Place> places(
            ByteBuffer records, long origin, List<? extends ZipEntry> entries) throws ZipException {
        List<Place> places = new ArrayList<>();
        int at = 0;
        for (ZipEntry entry : entries) {
            if (records.limit() - at < ENTRY_BYTES || records.getInt(at) != ENTRY) {
                throw new ZipException("its directory can be read in two ways");
            }
            int nameBytes = unsigned(records, at + 28);
            int extraBytes = unsigned(records, at + 30);
            int next = at + ENTRY_BYTES + nameBytes + extraBytes + unsigned(records, at + 32);
            if (next > records.limit()) {
                throw new ZipException("its directory ends inside an entry");
            }
            ByteBuffer extra =
                    records.slice(at + ENTRY_BYTES + nameBytes, extraBytes)
                            .order(ByteOrder.LITTLE_ENDIAN);
            long size = records.getInt(at + 24) & IN_EXTRA;
            long packed = records.getInt(at + 20) & IN_EXTRA;
            long offset = records.getInt(at + 42) & IN_EXTRA;
            // In this order, and only those that do not fit 32 bits.
            ByteBuffer wide = extra64(extra);
            size = size == IN_EXTRA ? next(wide, size) : size;
            packed = packed == IN_EXTRA ? next(wide, packed) : packed;
            offset = offset == IN_EXTRA ? next(wide, offset) : offset;
            if (packed != entry.getCompressedSize()
                    || size != entry.getSize()
                    || (records.getInt(at + 16) & IN_EXTRA) != entry.getCrc()
                    || offset < 0
                    || origin < 0) {
                throw new ZipException("its directory can be read in two ways");
            }
            long begin = origin + offset;
            places.add(new Place(entry.getName(), begin, begin + LOCAL_BYTES + nameBytes + packed));
            at = next;
        }
        return places;
    }

    private static void requireDisjoint(List<Place> places, long directory) throws ZipException {
        places.sort(Comparator.comparingLong(Place::begin));
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            boolean last = i == places.size() - 1;
            long limit = last ? directory : places.get(i + 1).begin();
            // A sum beyond 64 bits comes out negative.
            if (place.end() > limit || place.end() < 0) {
                throw new ZipException(
                        "its entry %s overlaps with %s"
                                .formatted(
                                        TensorFileException.quote(place.name()),
                                        last
                                                ? "the directory"
                                                : TensorFileException.quote(
                                                        places.get(i + 1).name())));
            }
        }
    }

    /** The extra field of 64-bit sizes, empty where there is none. */
    private static ByteBuffer extra64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int kind = extra.getShort();
            int bytes = extra.getShort() & 0xffff;
            if (bytes > extra.remaining()) {
                break;
            }
            if (kind == EXTRA_64) {
                return extra.slice(extra.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + bytes);
        }
        return ByteBuffer.allocate(0);
    }

    private static long next(ByteBuffer wide, long otherwise) {
        return wide.remaining() >= Long.BYTES ? wide.getLong() : otherwise;
    }

    private static int unsigned(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xffff;
    }

    private ByteBuffer read(long from, long bytes) throws IOException {
        if (from < 0
                || bytes < 0
                || bytes > channel.size() - from
                || bytes > Integer.MAX_VALUE - 8) {
            throw new ZipException("its directory is said to lie outside of the file");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        long position = from;
        while (buffer.hasRemaining()) {
            int n = channel.read(buffer, position);
            if (n < 0) {
                throw new EOFException("file ends at byte " + position);
            }
            position += n;
        }
        return buffer.flip();
    }
}
