package io.github.rlrr.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Writes the elements of an {@link NDArray}, little-endian and row-major. */
final class ArrayEncoder {

    /** Elements per part, at most 512 KiB. */
    private static final long PART = 1L << 16;

    private ArrayEncoder() {}

    /**
     * Writes all elements of {@code array} in {@code tensor}'s type, rounding where it is shorter.
     */
    static void write(Path file, TensorInfo tensor, NDArray array, OutputStream out)
            throws IOException {
        ByteBuffer encoded =
                ByteBuffer.allocate((int) PART * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        // Every handle is closed here, since it would else stay with the caller's manager. For an
        // array whose rows do not follow each other in memory, reshape makes a copy where they do.
        try (NDArray host = array.toDevice(Device.cpu(), true);
                NDArray flat = host.reshape(-1)) {
            long count = tensor.elementCount();
            for (long begin = 0; begin < count; begin += PART) {
                long end = Math.min(count, begin + PART);
                try (NDArray slice = flat.get(new NDIndex().addSliceDim(begin, end))) {
                    encode(file, tensor, slice, encoded.clear());
                }
                out.write(encoded.array(), 0, encoded.position());
            }
        }
    }

    private static void encode(Path file, TensorInfo tensor, NDArray slice, ByteBuffer encoded)
            throws TensorFileException {
        ByteBuffer source = slice.toByteBuffer(true);
        switch (slice.getDataType()) {
            case FLOAT64 -> {
                if (tensor.type() == TensorType.F64) {
                    encoded.put(source);
                    return;
                }
                while (source.hasRemaining()) {
                    double value = source.getDouble();
                    // To F16 by way of the odd float, or the number would be rounded twice.
                    float nearest =
                            tensor.type() == TensorType.F16
                                    ? HalfFloats.roundToOdd(value)
                                    : (float) value;
                    putFloat(file, tensor, value, nearest, encoded);
                }
            }
            case FLOAT32 -> {
                if (tensor.type() == TensorType.F32) {
                    encoded.put(source);
                    return;
                }
                while (source.hasRemaining()) {
                    float value = source.getFloat();
                    putFloat(file, tensor, value, value, encoded);
                }
            }
            case FLOAT16 -> {
                if (tensor.type() == TensorType.F16) {
                    encoded.put(source);
                    return;
                }
                while (source.hasRemaining()) {
                    encoded.putInt(HalfFloats.halfToFloatBits(source.getShort()));
                }
            }
            default -> encoded.put(source);
        }
    }

    private static void putFloat(
            Path file, TensorInfo tensor, double value, float nearest, ByteBuffer encoded)
            throws TensorFileException {
        boolean overflows;
        if (tensor.type() == TensorType.F16) {
            short half = HalfFloats.floatToHalf(Float.floatToRawIntBits(nearest));
            encoded.putShort(half);
            overflows = (half & 0x7fff) == 0x7c00 && !Double.isInfinite(value);
        } else {
            encoded.putFloat(nearest);
            overflows = Float.isInfinite(nearest) && !Double.isInfinite(value);
        }
        if (overflows) {
            throw new TensorFileException(
                    file,
                    tensor.name(),
                    "holds %s, beyond the range of %s; write it as a wider type"
                            .formatted(value, tensor.type()));
        }
    }
}
