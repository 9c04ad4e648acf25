package io.github.rlrr.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;

/**
 * Reads state dicts as {@code torch.save} writes them since PyTorch 1.6: a zip archive of a pickle,
 * {@code ROOT/data.pkl}, and the storages it names, {@code ROOT/data/KEY}, all stored.
 *
 * <p>The pickle is read by {@link PickleReader}, which executes nothing; {@link StateDict} says
 * which of its tensors are listed. Tensors may share storages, begin anywhere in them and have any
 * strides. The first reading of a storage checks the directory's CRC-32 over all of it; after that,
 * only the bytes asked for are read.
 */
final class PyTorchReader extends BaseReader {

    /** The pickle's name below the archive's root folder. */
    static final String PICKLE = "data.pkl";

    /** Entries that are no storages; torch.save writes six. */
    private static final int OTHER_ENTRIES = 16;

    /** The longest Java array. */
    private static final int LONGEST_SPAN = Integer.MAX_VALUE - 8;

    /** How many times the file's length its tensors may claim: tied weights count again. */
    private static final long MAX_SHARING = 64;

    /** What tensors may claim in any file, so that small ones may repeat an element. */
    private static final long SHARING_FLOOR = 1L << 20;

    private final CheckedZip zip;
    private final Map<String, PyTorchSlot> slots;
    private final Set<String> verified = ConcurrentHashMap.newKeySet();

    private PyTorchReader(Path file, CheckedZip zip, Map<String, PyTorchSlot> slots) {
        super(file, tensors(slots));
        this.zip = zip;
        this.slots = slots;
    }

    private static Map<String, TensorInfo> tensors(Map<String, PyTorchSlot> slots) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        slots.forEach((name, slot) -> tensors.put(name, slot.tensor()));
        return tensors;
    }

    static PyTorchReader open(Path file, ReadLimits limits) throws TensorFileException {
        CheckedZip zip = CheckedZip.open(file, (long) limits.maxTensors() + OTHER_ENTRIES);
        PyTorchReader reader = null;
        try {
            reader = new PyTorchReader(file, zip, slots(file, zip, limits));
            return reader;
        } finally {
            if (reader == null) {
                zip.closeQuietly();
            }
        }
    }

    private static Map<String, PyTorchSlot> slots(Path file, CheckedZip zip, ReadLimits limits)
            throws TensorFileException {
        ZipEntry pickle = pickle(file, zip);
        String name = pickle.getName();
        String root = name.substring(0, name.length() - PICKLE.length());
        for (ZipEntry entry : zip.entries()) {
            requireTorchSave(file, zip, entry, root);
        }
        requireLittleEndian(zip, root);
        if (pickle.getSize() > limits.maxHeaderBytes()) {
            throw zip.problem(
                    name,
                    "has %s bytes, expected at most %s (ReadLimits.maxHeaderBytes)"
                            .formatted(pickle.getSize(), limits.maxHeaderBytes()));
        }
        Map<String, PickledTensor> tensors;
        try {
            tensors = StateDict.of(PickleReader.read(content(zip, pickle), limits), limits);
        } catch (TensorProblemException e) {
            throw new TensorFileException(file, PICKLE + " " + TensorFileException.reason(e), e);
        } catch (IOException e) {
            throw zip.problem(name, "cannot be read: " + TensorFileException.reason(e), e);
        }
        return slots(file, zip, root, tensors, limits);
    }

    private static Map<String, PyTorchSlot> slots(
            Path file,
            CheckedZip zip,
            String root,
            Map<String, PickledTensor> tensors,
            ReadLimits limits)
            throws TensorFileException {
        long claimable = SHARING_FLOOR + MAX_SHARING * file.toFile().length();
        Map<String, PyTorchSlot> slots = new LinkedHashMap<>();
        for (Map.Entry<String, PickledTensor> named : tensors.entrySet()) {
            String name = named.getKey();
            PickledTensor claimed = named.getValue();
            PyTorchSlot slot;
            try {
                ZipEntry storage = zip.find(root + "data/" + claimed.storage().key());
                slot = PyTorchSlot.of(name, claimed, storage, limits);
            } catch (TensorProblemException e) {
                throw new TensorFileException(file, name, TensorFileException.reason(e), e);
            }
            if (slot.tensor().byteCount() > claimable) {
                throw new TensorFileException(
                        file,
                        name,
                        "claims %s bytes by sharing or repeating elements, expected at most %s more in a"
                                        .formatted(slot.tensor().byteCount(), claimable)
                                + " file of this length; save it with .contiguous()");
            }
            claimable -= slot.tensor().byteCount();
            slots.put(name, slot);
        }
        return slots;
    }

    private static ZipEntry pickle(Path file, CheckedZip zip) throws TensorFileException {
        ZipEntry found = null;
        for (ZipEntry entry : zip.entries()) {
            if (entry.getName().equals(PICKLE) || entry.getName().endsWith("/" + PICKLE)) {
                if (found != null) {
                    throw zip.problem(entry.getName(), "is the second data.pkl, expected one");
                }
                found = entry;
            }
        }
        if (found == null) {
            throw new TensorFileException(file, "has no data.pkl, expected a PyTorch checkpoint");
        }
        return found;
    }

    private static void requireTorchSave(Path file, CheckedZip zip, ZipEntry entry, String root)
            throws TensorFileException {
        String name = entry.getName();
        if (!name.startsWith(root)) {
            throw zip.problem(
                    name,
                    "is outside of the root folder %s".formatted(TensorFileException.quote(root)));
        }
        if (name.startsWith(root + "code/") || name.equals(root + "constants.pkl")) {
            throw new TensorFileException(
                    file,
                    "is a TorchScript program, expected a state dict; in Python,"
                            + " torch.save(torch.jit.load(FILE).state_dict(), OTHER)");
        }
        if (entry.getMethod() != ZipEntry.STORED) {
            throw zip.problem(name, "is compressed, expected it stored, as torch.save does");
        }
    }

    private static void requireLittleEndian(CheckedZip zip, String root)
            throws TensorFileException {
        ZipEntry entry = zip.find(root + "byteorder");
        if (entry == null) {
            return; // as PyTorch before 2.1
        }
        String order;
        try {
            order =
                    entry.getSize() > 16
                            ? "more than a word"
                            : new String(content(zip, entry), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw zip.problem(
                    entry.getName(), "cannot be read: " + TensorFileException.reason(e), e);
        }
        if (!order.equals("little")) {
            throw zip.problem(
                    entry.getName(),
                    "says %s, expected little; save it again on a little-endian machine"
                            .formatted(TensorFileException.quote(order)));
        }
    }

    /** The whole of an entry, whose size was checked to be the file's own. */
    private static byte[] content(CheckedZip zip, ZipEntry entry) throws IOException {
        ByteBuffer content = ByteBuffer.allocate((int) entry.getSize());
        try (EntryBytes bytes = new EntryBytes(zip.stream(entry), 0, 0, entry.getCrc())) {
            bytes.read(content);
            bytes.finish();
        }
        return content.array();
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    TensorBytes bytes(TensorInfo tensor) throws IOException {
        PyTorchSlot slot = slots.get(tensor.name());
        if (slot == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name());
        }
        TensorBytes stretch =
                StorageBytes.open(zip, slot.entry(), slot.begin(), slot.end(), verified);
        return slot.contiguous() ? stretch : inRowOrder(slot, stretch);
    }

    /** Reads the stretch from a tensor's first element to its last whole, to pick them from it. */
    private static TensorBytes inRowOrder(PyTorchSlot slot, TensorBytes stretch)
            throws IOException {
        try (stretch) {
            if (slot.span() > LONGEST_SPAN) {
                throw new TensorProblemException(
                        "is spread over %s bytes, expected less than 2 GiB; save it with .contiguous()"
                                .formatted(slot.span()));
            }
            ByteBuffer span = ByteBuffer.allocate((int) slot.span());
            stretch.read(span);
            stretch.finish();
            int width = slot.tensor().type().byteSize();
            long[] strides = slot.strides().clone();
            for (int k = 0; k < strides.length; k++) {
                strides[k] *= width;
            }
            return new StridedBytes(span.array(), slot.tensor().shape().getShape(), strides, width);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
