package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Geometry;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The heads of keys and values in a file, which its configuration may only say as they are. */
final class FileKeyHeads {

    private FileKeyHeads() {}

    /** Those of each block; empty for as many as of queries. */
    static List<Integer> of(
            TensorReader reader, Geometry found, int heads, @Nullable ModelConfig said)
            throws IOException {
        List<Integer> words = said == null ? List.of() : said.keyHeads();
        if (words.isEmpty() && found.keyRows().stream().allMatch(n -> n == found.width())) {
            return List.of();
        }
        int width = Math.max(1, found.width() / heads);
        List<Integer> all = found.keyRows().stream().map(rows -> rows / width).toList();
        // One number holds for all blocks.
        List<Integer> each =
                words.size() == 1 ? Collections.nCopies(found.depth(), words.get(0)) : words;
        if (said != null && !words.isEmpty() && !each.equals(all)) {
            throw new IOException(
                    "%s: heads of keys are said to be %s, but %s has keys of %s heads; expected files that belong together"
                            .formatted(said.json().file(), words, reader.file(), all));
        }
        return all;
    }
}
