package io.github.rlrr.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the processor says of itself, as Linux lists it. It never changes on one machine, so what is
 * chosen by it is always chosen alike.
 */
public final class Processor {

    private static final Path LISTED = Path.of("/proc/cpuinfo");

    private Processor() {}

    /** Read once. */
    private static final class Known {
        static final boolean FAST_IN_BFLOAT16 = isFastInBfloat16(listed());
        static final boolean FAST_IN_INT8 = isFastInInt8(listed());
    }

    /**
     * Whether it multiplies matrices of bfloat16 faster than of float32: with AMX's tiles, or with
     * AVX-512's dot products on AMD. Intel's do half of what its float32 instructions do.
     *
     * @return false where nothing is known, as on systems other than Linux
     */
    public static boolean isFastInBfloat16() {
        return Known.FAST_IN_BFLOAT16;
    }

    /**
     * Whether it multiplies matrices of 8-bit integers without losing what exceeds 16 bits, and so
     * faster than float32.
     *
     * @return false where nothing is known, as on systems other than Linux
     */
    public static boolean isFastInInt8() {
        return Known.FAST_IN_INT8;
    }

    static boolean isFastInInt8(List<String> lines) {
        List<String> flags = flags(lines);
        return flags.contains("avx512_vnni") || flags.contains("avx_vnni");
    }

    private static List<String> flags(List<String> lines) {
        return List.of(value(lines, "flags").split(" ", -1));
    }

    static boolean isFastInBfloat16(List<String> lines) {
        List<String> flags = flags(lines);
        return flags.contains("amx_bf16")
                || (flags.contains("avx512_bf16")
                        && value(lines, "vendor_id").equals("AuthenticAMD"));
    }

    /** The first processor's. */
    private static String value(List<String> lines, String key) {
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equals(key)) {
                return line.substring(colon + 1).strip();
            }
        }
        return "";
    }

    private static List<String> listed() {
        try {
            return Files.readAllLines(LISTED, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }
}
