package io.github.rlrr.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;

/**
 * Reads NumPy's npz format: a zip archive whose entries {@code NAME.npy} hold one array each,
 * stored or deflated.
 *
 * <p>The archive's directory claims sizes (see {@link CheckedZip}), and so does each array's
 * header. They must agree with each other before a tensor is listed; the data must agree with the
 * directory's CRC-32 when it is read.
 */
final class NpzReader extends BaseReader {

    private static final String SUFFIX = ".npy";

    private final CheckedZip zip;
    private final Map<String, Member> members;

    /** An array of the archive. */
    private record Member(TensorInfo tensor, NpyHeader header, ZipEntry entry) {}

    private NpzReader(Path file, CheckedZip zip, Map<String, Member> members) {
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
        CheckedZip zip = CheckedZip.open(file, limits.maxTensors());
        NpzReader reader = null;
        try {
            reader = new NpzReader(file, zip, members(file, zip, limits));
            return reader;
        } finally {
            if (reader == null) {
                zip.closeQuietly();
            }
        }
    }

    private static Map<String, Member> members(Path file, CheckedZip zip, ReadLimits limits)
            throws TensorFileException {
        Map<String, Member> members = new LinkedHashMap<>();
        for (ZipEntry entry : zip.entries()) {
            String path = entry.getName();
            if (!path.endsWith(SUFFIX) || path.length() == SUFFIX.length()) {
                throw new TensorFileException(
                        file,
                        "has the entry %s, expected only arrays NAME.npy"
                                .formatted(TensorFileException.quote(path)));
            }
            String name = path.substring(0, path.length() - SUFFIX.length());
            members.put(name, member(file, zip, name, entry, limits));
        }
        return members;
    }

    private static Member member(
            Path file, CheckedZip zip, String name, ZipEntry entry, ReadLimits limits)
            throws TensorFileException {
        NpyHeader header;
        TensorInfo tensor;
        try (InputStream in = zip.stream(entry)) {
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
                    "has %s bytes of data, expected %s for %s %s"
                            .formatted(data, tensor.byteCount(), tensor.type(), tensor.shape()));
        }
        return new Member(tensor, header, entry);
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
        EntryBytes rows =
                new EntryBytes(
                        zip.stream(member.entry()),
                        member.header().dataOffset(),
                        0,
                        member.entry().getCrc());
        boolean columns = member.header().fortranOrder() && tensor.shape().dimension() > 1;
        return columns ? inRowOrder(tensor, rows) : rows;
    }

    /** Reads a column-major array whole and turns it round. */
    private static TensorBytes inRowOrder(TensorInfo tensor, EntryBytes columns)
            throws IOException {
        try (columns) {
            if (tensor.byteCount() > Integer.MAX_VALUE - 8) {
                throw new TensorProblemException(
                        "is %s bytes in Fortran order, expected less than 2 GiB; save it in C order"
                                .formatted(tensor.byteCount()));
            }
            ByteBuffer whole = ByteBuffer.allocate((int) tensor.byteCount());
            columns.read(whole);
            columns.finish();
            return new EntryBytes.Rows(
                    toRowMajor(whole.array(), tensor.shape().getShape(), tensor.type().byteSize()));
        }
    }

    /**
     * Turns column-major data, whose first dimension varies fastest, into row-major data: copies
     * element (i1, …, in) from Σ ik · strideₖ, where strideₖ = d1 ⋯ d(k−1), to its row-major place.
     *
     * @param columns the elements, {@code width} bytes each
     * @param dimensions d1 to dn, n at least 1
     */
    private static byte[] toRowMajor(byte[] columns, long[] dimensions, int width) {
        byte[] rows = new byte[columns.length];
        int n = dimensions.length;
        int[] strides = new int[n];
        int stride = width;
        for (int k = 0; k < n; k++) {
            strides[k] = stride;
            stride *= (int) dimensions[k];
        }
        long[] index = new long[n];
        int from = 0;
        for (int to = 0; to < rows.length; to += width) {
            System.arraycopy(columns, from, rows, to, width);
            // Count up like a row-major odometer, the last dimension first.
            for (int k = n - 1; k >= 0; k--) {
                from += strides[k];
                if (++index[k] < dimensions[k]) {
                    break;
                }
                from -= strides[k] * (int) dimensions[k];
                index[k] = 0;
            }
        }
        return rows;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
