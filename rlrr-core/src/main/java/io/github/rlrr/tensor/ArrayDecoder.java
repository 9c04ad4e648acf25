package io.github.rlrr.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Decodes a tensor's bytes into an {@link NDArray}.
 *
 * <p>The bytes go straight into the engine's own memory, which {@link
 * NDArray#toByteBuffer(boolean)} lets one write on the CPU. So there is no second copy, and since a
 * buffer reaches 2 GiB at most, long tensors are filled part by part.
 */
final class ArrayDecoder {

    /** Elements per part, at most 512 MiB. */
    private static final long PART = 1L << 26;

    private static final int SCRATCH_BYTES = 1 << 16;

    private ArrayDecoder() {}

    /** Reads the whole tensor; the array belongs to {@code manager} and is on its device. */
    static NDArray decode(TensorInfo tensor, TensorBytes bytes, NDManager manager)
            throws IOException {
        return decode(tensor, bytes, manager, PART);
    }

    static NDArray decode(TensorInfo tensor, TensorBytes bytes, NDManager manager, long part)
            throws IOException {
        // Whatever fails below, the array goes with its staging manager.
        try (NDManager staging = manager.newSubManager(Device.cpu())) {
            // A copy: arrays keep the dimensions they are given.
            Shape shape = new Shape(tensor.shape().getShape().clone());
            NDArray array = staging.create(shape, arrayType(tensor.type()));
            NDArray flat = array.reshape(-1);
            long count = tensor.elementCount();
            for (long begin = 0; begin < count; begin += part) {
                long end = Math.min(count, begin + part);
                try (NDArray slice = flat.get(new NDIndex().addSliceDim(begin, end))) {
                    fill(tensor.type(), bytes, slice.toByteBuffer(true));
                }
            }
            bytes.finish();
            NDArray placed = array.toDevice(manager.getDevice(), false);
            placed.attach(manager);
            return placed;
        }
    }

    /** The type an array has after decoding: DJL ends the JVM on bfloat16 and int16. */
    private static DataType arrayType(TensorType type) {
        return switch (type) {
            case F64 -> DataType.FLOAT64;
            case F32, F16, BF16 -> DataType.FLOAT32;
            case I64 -> DataType.INT64;
            case I32, I16 -> DataType.INT32;
            case I8 -> DataType.INT8;
            case U8 -> DataType.UINT8;
            case BOOL -> DataType.BOOLEAN;
        };
    }

    private static void fill(TensorType type, TensorBytes bytes, ByteBuffer target)
            throws IOException {
        switch (type) {
            case F16, BF16, I16 -> widen(type, bytes, target);
            case BOOL -> {
                bytes.read(target);
                requireTruthValues(target);
            }
            default -> bytes.read(target); // the file's byte order is that of every DJL platform
        }
    }

    private static void widen(TensorType type, TensorBytes bytes, ByteBuffer target)
            throws IOException {
        ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (target.hasRemaining()) {
            scratch.clear().limit(Math.min(SCRATCH_BYTES, target.remaining() / 2));
            bytes.read(scratch);
            scratch.flip();
            while (scratch.hasRemaining()) {
                short value = scratch.getShort();
                target.putInt(
                        switch (type) {
                            case F16 -> HalfFloats.halfToFloatBits(value);
                            case BF16 -> HalfFloats.bfloatToFloatBits(value);
                            default -> value;
                        });
            }
        }
    }

    private static void requireTruthValues(ByteBuffer filled) throws TensorProblemException {
        for (int i = 0; i < filled.limit(); i++) {
            byte value = filled.get(i);
            if (value != 0 && value != 1) {
                throw new TensorProblemException(
                        "of type BOOL holds the byte " + (value & 0xff) + ", expected 0 or 1");
            }
        }
    }
}
