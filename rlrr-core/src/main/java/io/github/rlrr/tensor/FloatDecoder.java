package io.github.rlrr.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Decodes a tensor's bytes into a Java array of float32 values. */
final class FloatDecoder {

    private static final int SCRATCH_BYTES = 1 << 16;

    /** The longest array that every JVM grants. */
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private FloatDecoder() {}

    static float[] decode(TensorInfo tensor, TensorBytes bytes) throws IOException {
        TensorType type = tensor.type();
        if (type == TensorType.BOOL) {
            throw new TensorProblemException("is BOOL, expected numbers; use read for it");
        }
        if (tensor.elementCount() > LONGEST_ARRAY) {
            throw new TensorProblemException(
                    "has %s elements, expected at most %s for a Java array; use read for it"
                            .formatted(tensor.elementCount(), LONGEST_ARRAY));
        }
        float[] values = new float[(int) tensor.elementCount()];
        ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int perScratch = SCRATCH_BYTES / type.byteSize();
        for (int i = 0; i < values.length; ) {
            int n = Math.min(perScratch, values.length - i);
            scratch.clear().limit(n * type.byteSize());
            bytes.read(scratch);
            scratch.flip();
            for (int end = i + n; i < end; i++) {
                values[i] = next(type, scratch);
            }
        }
        bytes.finish();
        return values;
    }

    private static float next(TensorType type, ByteBuffer in) throws TensorProblemException {
        return switch (type) {
            case F64 -> narrow(in.getDouble());
            case F32 -> in.getFloat();
            case F16 -> Float.intBitsToFloat(HalfFloats.halfToFloatBits(in.getShort()));
            case BF16 -> Float.intBitsToFloat(HalfFloats.bfloatToFloatBits(in.getShort()));
            case I64 -> exact(in.getLong());
            case I32 -> exact(in.getInt());
            case I16 -> in.getShort();
            case I8 -> in.get();
            case U8 -> in.get() & 0xff;
            case BOOL -> throw new AssertionError("refused before");
        };
    }

    private static float narrow(double value) throws TensorProblemException {
        float nearest = (float) value;
        if (Float.isInfinite(nearest) && !Double.isInfinite(value)) {
            throw new TensorProblemException(
                    "holds %s, beyond float32's largest %s; use read for it"
                            .formatted(value, Float.MAX_VALUE));
        }
        return nearest;
    }

    private static float exact(long value) throws TensorProblemException {
        float nearest = (float) value;
        // 2^63 as a float would saturate to Long.MAX_VALUE on the way back.
        if (nearest >= 0x1p63f || (long) nearest != value) {
            throw new TensorProblemException(
                    "holds %s, which is not a float32 exactly; use read for it".formatted(value));
        }
        return nearest;
    }
}
