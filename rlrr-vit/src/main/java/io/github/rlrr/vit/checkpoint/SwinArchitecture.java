package io.github.rlrr.vit.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What timm means by the name of a Swin Transformer.
 *
 * @param name timm's, such as {@code swin_tiny_patch4_window7_224}
 * @param imageSize the side of the input in pixels
 * @param width the size of a token in the first stage
 * @param depths the blocks of each stage
 * @param heads of each stage
 * @param windows the side of the windows of each stage
 * @param trainedWindows what relative places are measured by; 0 for the window's own
 */
record SwinArchitecture(
        String name,
        int imageSize,
        int width,
        List<Integer> depths,
        List<Integer> heads,
        List<Integer> windows,
        List<Integer> trainedWindows) {

    private static final Map<String, SwinArchitecture> TABLE = new TreeMap<>();

    static {
        // Name, pixels, width, blocks of the third stage, windows, windows of training.
        String table =
                """
                swin_tiny_patch4_window7_224       224  96  6  7
                swin_small_patch4_window7_224      224  96 18  7
                swin_base_patch4_window7_224       224 128 18  7
                swin_base_patch4_window12_384      384 128 18 12
                swin_large_patch4_window7_224      224 192 18  7
                swin_large_patch4_window12_384     384 192 18 12
                swin_s3_tiny_224                   224  96  6  7,7,14,7
                swin_s3_small_224                  224  96 18  14,14,14,7
                swin_s3_base_224                   224  96 30  7,7,14,7
                swinv2_tiny_window8_256            256  96  6  8
                swinv2_tiny_window16_256           256  96  6 16
                swinv2_small_window8_256           256  96 18  8
                swinv2_small_window16_256          256  96 18 16
                swinv2_base_window8_256            256 128 18  8
                swinv2_base_window16_256           256 128 18 16
                swinv2_base_window12_192           192 128 18 12
                swinv2_base_window12to16_192to256  256 128 18 16  12,12,12,6
                swinv2_base_window12to24_192to384  384 128 18 24  12,12,12,6
                swinv2_large_window12_192          192 192 18 12
                swinv2_large_window12to16_192to256 256 192 18 16  12,12,12,6
                swinv2_large_window12to24_192to384 384 192 18 24  12,12,12,6
                """;
        for (String line : table.strip().split("\n", -1)) {
            String[] columns = line.strip().split(" +", -1);
            int width = Integer.parseInt(columns[2]);
            int heads = width / 32;
            TABLE.put(
                    columns[0],
                    new SwinArchitecture(
                            columns[0],
                            Integer.parseInt(columns[1]),
                            width,
                            List.of(2, 2, Integer.parseInt(columns[3]), 2),
                            List.of(heads, 2 * heads, 4 * heads, 8 * heads),
                            stages(columns[4]),
                            stages(columns.length > 5 ? columns[5] : "0")));
        }
    }

    private static List<Integer> stages(String text) {
        List<Integer> sizes = List.of(text.split(",", -1)).stream().map(Integer::parseInt).toList();
        return sizes.size() == 1 ? Collections.nCopies(4, sizes.get(0)) : sizes;
    }

    /** The architecture of a name; null for one that is none of timm's Swin Transformers. */
    static @Nullable SwinArchitecture of(String name) {
        return TABLE.get(name);
    }
}
