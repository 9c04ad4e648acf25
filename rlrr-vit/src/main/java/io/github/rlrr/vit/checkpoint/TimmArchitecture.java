package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.part.Rotary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What timm means by the name of an architecture: a line of the table {@code
 * timm-architectures.txt}, which {@code docs/benchmark/timm_architectures.py} makes.
 *
 * @param name timm's, such as {@code vit_small_patch14_dinov2}
 * @param heads the number of attention heads
 * @param epsilon ε of the norms
 * @param variations what it has or lacks unlike the plain one
 * @param rotary how it turns queries and keys; null for not at all
 * @param poolingHeads those of its pooling by attention; 0 for the blocks'
 * @param missing the part that our network lacks; null for none
 */
record TimmArchitecture(
        String name,
        int heads,
        float epsilon,
        Set<VitVariation> variations,
        @Nullable Rotary rotary,
        int poolingHeads,
        @Nullable String missing) {

    private static final String POOLING_HEADS = "pooling:";

    private static final Map<String, TimmArchitecture> TABLE = read();

    /** The architecture of a name; null for one that is not in the table. */
    static @Nullable TimmArchitecture of(String name) {
        return TABLE.get(name);
    }

    private static Map<String, TimmArchitecture> read() {
        Map<String, TimmArchitecture> table = new HashMap<>();
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        TimmArchitecture.class.getResourceAsStream(
                                                "timm-architectures.txt")),
                                StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.startsWith("#")) {
                    TimmArchitecture row = row(line);
                    table.put(row.name(), row);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    /**
     * A name, then heads, ε, variations, perhaps a rotation and heads of pooling, or {@code
     * without} and a part in words.
     */
    private static TimmArchitecture row(String line) {
        String[] columns = line.split(" ", -1);
        if (columns[1].equals("without")) {
            String part = line.substring(columns[0].length() + " without ".length());
            return new TimmArchitecture(columns[0], 0, 0, Set.of(), null, 0, part);
        }
        Set<VitVariation> variations = EnumSet.noneOf(VitVariation.class);
        Rotary rotary = null;
        int poolingHeads = 0;
        for (int i = 3; i < columns.length; i++) {
            if (columns[i].contains(",")) {
                rotary = Rotary.parse(columns[i]);
            } else if (columns[i].startsWith(POOLING_HEADS)) {
                poolingHeads = Integer.parseInt(columns[i].substring(POOLING_HEADS.length()));
            } else {
                variations.add(VitVariation.valueOf(columns[i]));
            }
        }
        return new TimmArchitecture(
                columns[0],
                Integer.parseInt(columns[1]),
                Float.parseFloat(columns[2]),
                variations,
                rotary,
                poolingHeads,
                null);
    }
}
