package io.github.rlrr.tensor;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The header of one npy array, versions 1 to 3.
 *
 * <p>Layout: {@code \x93NUMPY}, the version's two bytes, the length of the text (2 bytes
 * little-endian in version 1, 4 after), the text. The text is a Python dictionary of {@code descr},
 * {@code fortran_order} and {@code shape}, padded with spaces. See NumPy Enhancement Proposal 1.
 *
 * @param type the element type
 * @param fortranOrder whether the first dimension varies fastest
 * @param shape the dimensions, as claimed
 * @param dataOffset where the data begins in the npy file
 */
record NpyHeader(TensorType type, boolean fortranOrder, Shape shape, long dataOffset) {

    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /** A header that is written ends at a multiple of this. */
    private static final int ALIGNMENT = 64;

    private static final Map<String, TensorType> TYPES =
            Map.of(
                    "<f8", TensorType.F64,
                    "<f4", TensorType.F32,
                    "<f2", TensorType.F16,
                    "<i8", TensorType.I64,
                    "<i4", TensorType.I32,
                    "<i2", TensorType.I16,
                    "|i1", TensorType.I8,
                    "|u1", TensorType.U8,
                    "|b1", TensorType.BOOL);

    /**
     * Reads a header from the front of an npy file.
     *
     * @throws TensorProblemException saying what is wrong, without file and tensor
     */
    static NpyHeader read(InputStream in, ReadLimits limits) throws IOException {
        byte[] start = exactly(in, MAGIC.length + 2);
        for (int i = 0; i < MAGIC.length; i++) {
            if (start[i] != MAGIC[i]) {
                throw new TensorProblemException("is no npy array: its first bytes are wrong");
            }
        }
        int major = start[6] & 0xff;
        if (major < 1 || major > 3 || start[7] != 0) {
            throw new TensorProblemException(
                    "has npy version %s.%s, expected 1.0, 2.0 or 3.0"
                            .formatted(major, start[7] & 0xff));
        }
        int lengthBytes = major == 1 ? 2 : 4;
        byte[] field = exactly(in, lengthBytes);
        long length = 0;
        for (int i = 0; i < lengthBytes; i++) {
            length |= (field[i] & 0xffL) << (8 * i);
        }
        if (length > limits.maxHeaderBytes()) {
            throw new TensorProblemException(
                    "claims a header of %s bytes, expected at most %s (ReadLimits.maxHeaderBytes)"
                            .formatted(length, limits.maxHeaderBytes()));
        }
        // Version 3 is UTF-8, but only field names of structured types, refused below, need it.
        String text = new String(exactly(in, (int) length), StandardCharsets.ISO_8859_1);
        NpyDictionary.Content dictionary = NpyDictionary.parse(text, limits.maxDimensions());
        return new NpyHeader(
                type(dictionary.descr()),
                dictionary.fortranOrder(),
                dictionary.shape(),
                MAGIC.length + 2 + lengthBytes + length);
    }

    /** Version 1.0: magic, version, length, a Python dictionary, spaces and a line feed. */
    static byte[] bytes(TensorInfo tensor) {
        StringBuilder shape = new StringBuilder("(");
        for (long dimension : tensor.shape().getShape()) {
            shape.append(dimension).append(", ");
        }
        // Python: (), (3,), (3, 4)
        int dimensions = tensor.shape().dimension();
        if (dimensions > 0) {
            shape.setLength(shape.length() - (dimensions == 1 ? 1 : 2));
        }
        String text =
                "{'descr': '%s', 'fortran_order': False, 'shape': %s), }"
                        .formatted(descr(tensor.type()), shape);
        int start = MAGIC.length + 4;
        int length = (start + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        String line = text + " ".repeat(length - start - text.length() - 1) + "\n";
        return ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) line.length())
                .put(line.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length); // grows with what comes, not with what is claimed
        if (bytes.length < length) {
            throw new TensorProblemException("ends inside its npy header");
        }
        return bytes;
    }

    /** What NumPy calls a type. */
    static String descr(TensorType type) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("NumPy has no type for " + type));
    }

    private static TensorType type(String descr) throws TensorProblemException {
        TensorType type = TYPES.get(descr);
        if (type != null) {
            return type;
        }
        String shown = TensorFileException.quote(descr);
        if (descr.startsWith("|O")) {
            throw new TensorProblemException(
                    "has dtype " + shown + ": pickled Python objects are never loaded");
        }
        if (descr.startsWith(">")) {
            throw new TensorProblemException(
                    "has dtype " + shown + ", which is big-endian, expected little-endian");
        }
        if (descr.equals("|V2") || descr.equals("<V2")) {
            throw new TensorProblemException(
                    "has dtype " + shown + ", as JAX saves bfloat16; save it as float32");
        }
        throw new TensorProblemException(
                "has dtype "
                        + shown
                        + ", expected one of "
                        + TYPES.keySet().stream().sorted().toList());
    }
}
