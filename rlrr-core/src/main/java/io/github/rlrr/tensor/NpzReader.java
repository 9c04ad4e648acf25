package io.github.rlrr.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads NumPy's npz format: a zip archive whose entries {@code NAME.npy} hold one array each,
 * stored or deflated.
 *
 * <p>The archive's directory claims sizes, and so does each array's header. They must agree with
 * each other, with the length of the file and with what deflate can achieve, before a tensor is
 * listed; the data must agree with the directory's CRC-32 when it is read.
 */
final class NpzReader extends BaseReader {

    /** Deflate's best: 258 bytes for 2 bits. */
    private static final long MAX_RATIO = 1032;

    private static final String SUFFIX = ".npy";

    private final ZipFile zip;
    private final Map<String, Member> members;

    /** An array of the archive. */
    private record Member(TensorInfo tensor, NpyHeader header, ZipEntry entry) {}

    private NpzReader(Path file, ZipFile zip, Map<String, Member> members) {
        super(file, tensors(members));
        this.zip = zip;
        this.members = members;
    }

    private static Map<String, TensorInfo> tensors(Map<String, Member> members) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        members.forEach((name, member) -> tensors.put(name, member.tensor()));
        return tensors;
    }

    static NpzReader open(Path file, ReadLimits limits) throws TensorFileException {
        ZipFile zip = null;
        NpzReader reader = null;
        try {
            zip = new ZipFile(file.toFile());
            reader = new NpzReader(file, zip, members(file, zip, limits));
            return reader;
        } catch (IOException e) {
            throw TensorFileException.of(file, e);
        } catch (IllegalArgumentException e) {
            // What ZipFile throws for names it cannot decode.
            throw new TensorFileException(
                    file, "is a damaged zip archive: " + TensorFileException.reason(e), e);
        } finally {
            if (reader == null && zip != null) {
                closeQuietly(zip);
            }
        }
    }

    private static Map<String, Member> members(Path file, ZipFile zip, ReadLimits limits)
            throws IOException {
        if (zip.size() > limits.maxTensors()) {
            throw new TensorFileException(
                    file,
                    "has %d entries, expected at most %d (ReadLimits.maxTensors)"
                            .formatted(zip.size(), limits.maxTensors()));
        }
        long unclaimed = file.toFile().length();
        Map<String, Member> members = new LinkedHashMap<>();
        List<? extends ZipEntry> entries = Collections.list(zip.entries());
        for (ZipEntry entry : entries) {
            String path = entry.getName();
            if (!path.endsWith(SUFFIX) || path.length() == SUFFIX.length()) {
                throw new TensorFileException(
                        file,
                        "has the entry %s, expected only arrays NAME.npy"
                                .formatted(TensorFileException.quote(path)));
            }
            String name = path.substring(0, path.length() - SUFFIX.length());
            if (members.containsKey(name)) {
                throw new TensorFileException(file, name, "is in the archive twice");
            }
            // Entries that share compressed bytes would multiply what a small file can claim.
            unclaimed -= checkSizes(file, name, entry, unclaimed);
            members.put(name, member(file, zip, name, entry, limits));
        }
        return members;
    }

    /** Refuses sizes that no honest entry has; returns the bytes it takes from the file. */
    private static long checkSizes(Path file, String name, ZipEntry entry, long unclaimed)
            throws TensorFileException {
        long packed = entry.getCompressedSize();
        long size = entry.getSize();
        if (packed < 0 || size < 0 || packed > unclaimed) {
            throw new TensorFileException(
                    file,
                    name,
                    "claims %d packed bytes, more than the archive has left".formatted(packed));
        }
        boolean stored = entry.getMethod() == ZipEntry.STORED;
        if (stored ? size != packed : size / MAX_RATIO > packed) {
            throw new TensorFileException(
                    file,
                    name,
                    "claims %d bytes from %d packed ones, which %s cannot give"
                            .formatted(size, packed, stored ? "storing" : "deflate"));
        }
        return packed;
    }

    private static Member member(
            Path file, ZipFile zip, String name, ZipEntry entry, ReadLimits limits)
            throws IOException {
        NpyHeader header;
        TensorInfo tensor;
        try (InputStream in = stream(zip, entry)) {
            header = NpyHeader.read(in, limits);
            tensor = limits.describe(name, header.type(), header.shape());
        } catch (IOException e) {
            throw new TensorFileException(file, name, TensorFileException.reason(e), e);
        }
        long data = entry.getSize() - header.dataOffset();
        if (data != tensor.byteCount()) {
            throw new TensorFileException(
                    file,
                    name,
                    "has %d bytes of data, expected %d for %s %s"
                            .formatted(data, tensor.byteCount(), tensor.type(), tensor.shape()));
        }
        return new Member(tensor, header, entry);
    }

    private static InputStream stream(ZipFile zip, ZipEntry entry) throws IOException {
        @Nullable InputStream in = zip.getInputStream(entry);
        if (in == null) {
            throw new TensorProblemException("is listed by the archive but cannot be found in it");
        }
        return in;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    TensorBytes bytes(TensorInfo tensor) throws IOException {
        Member member = members.get(tensor.name());
        if (member == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name());
        }
        InputStream in;
        try {
            in = stream(zip, member.entry());
        } catch (IllegalStateException e) {
            ClosedChannelException closed = new ClosedChannelException();
            closed.initCause(e);
            throw closed;
        }
        NpyBytes rows = new NpyBytes(in, member.header().dataOffset(), member.entry().getCrc());
        boolean columns = member.header().fortranOrder() && tensor.shape().dimension() > 1;
        return columns ? inRowOrder(tensor, rows) : rows;
    }

    /** Reads a column-major array whole and turns it round. */
    private static TensorBytes inRowOrder(TensorInfo tensor, NpyBytes columns) throws IOException {
        try (columns) {
            if (tensor.byteCount() > Integer.MAX_VALUE - 8) {
                throw new TensorProblemException(
                        "is %d bytes in Fortran order, expected less than 2 GiB; save it in C order"
                                .formatted(tensor.byteCount()));
            }
            ByteBuffer whole = ByteBuffer.allocate((int) tensor.byteCount());
            columns.read(whole);
            columns.finish();
            return new NpyBytes.Rows(
                    FortranOrder.toRowMajor(
                            whole.array(), tensor.shape().getShape(), tensor.type().byteSize()));
        }
    }

    private static void closeQuietly(ZipFile zip) {
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
