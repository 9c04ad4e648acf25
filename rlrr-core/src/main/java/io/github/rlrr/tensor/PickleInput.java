package io.github.rlrr.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle, and the operands that its opcodes have. */
final class PickleInput {

    private final ByteBuffer in;
    // A new decoder reports malformed text, where a charset would replace it.
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();

    PickleInput(byte[] pickle) {
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    int position() {
        return in.position();
    }

    int remaining() {
        return in.remaining();
    }

    /** A signed little-endian number; one beyond 64 bits is of no use here. */
    Object wholeNumber(int bytes) throws TensorProblemException {
        int begin = skip(bytes);
        if (bytes > Long.BYTES) {
            return PickleReader.OTHER;
        }
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            int digit = in.get(begin + i);
            value = value << 8 | (i == bytes - 1 ? digit : digit & 0xff);
        }
        return value;
    }

    /** Text up to the end of the line. */
    String line() throws TensorProblemException {
        int begin = in.position();
        for (int end = begin; end < in.limit(); end++) {
            if (in.get(end) == '\n') {
                String line = text(end - begin);
                in.get();
                return line;
            }
        }
        throw wrong("a name without end");
    }

    /** UTF-8 of a length given as number of bytes. */
    String text(long bytes) throws TensorProblemException {
        int begin = skip(bytes);
        try {
            return utf8.decode(in.slice(begin, (int) bytes)).toString();
        } catch (CharacterCodingException e) {
            throw wrong("a text that is no UTF-8");
        }
    }

    /** An unsigned little-endian number; of eight bytes, 2^63 and more come out negative. */
    long number(int bytes) throws TensorProblemException {
        int begin = skip(bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | (in.get(begin + i) & 0xff);
        }
        return value;
    }

    /** Passes bytes and returns where they begin. */
    int skip(long bytes) throws TensorProblemException {
        if (bytes < 0 || bytes > in.remaining()) {
            throw wrong(
                    "%s bytes announced and %s left"
                            .formatted(Long.toUnsignedString(bytes), in.remaining()));
        }
        int begin = in.position();
        in.position(begin + (int) bytes);
        return begin;
    }

    private TensorProblemException wrong(String found) {
        return wrong(in.position(), found);
    }

    static TensorProblemException wrong(int at, String found) {
        return new TensorProblemException(
                "is a damaged pickle: at byte %s it has %s".formatted(at, found));
    }
}
