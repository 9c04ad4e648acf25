package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How one family of files names and arranges a network's weights: a {@link NameTable}, from which
 * all else follows both ways.
 *
 * @param label for people: "Google"
 * @param prefixes what may stand before the model's names; the table's names begin with the first
 * @param ignored tensors that no weight needs and that can be left
 * @param layerNormEpsilon the ε of layer norms in models of this family
 * @param positions how its own code resizes position embeddings
 * @param rotates whether queries and keys of its models may be turned, which no tensor shows
 * @param models those that this family has, to be written
 * @param table our names and theirs
 * @param manner what else is known of its models
 */
record CheckpointLayout(
        String label,
        List<String> prefixes,
        Pattern ignored,
        float layerNormEpsilon,
        PositionEmbedding.Rule positions,
        boolean rotates,
        Predicate<VitConfig> models,
        NameTable table,
        Manner manner) {

    /**
     * What else is known of a family's models.
     *
     * @param implied what all of them have, though no tensor shows it
     * @param configured what a configuration must say, since no tensor shows it; null for nothing
     * @param signs tensors that every file has, which tell this family from others
     * @param unused norms that its class has and does not use, by the paths of their modules:
     *     written as they start
     */
    record Manner(
            Set<VitVariation> implied,
            @Nullable String configured,
            List<String> signs,
            List<String> unused) {

        /** Nothing else. */
        static final Manner PLAIN = new Manner(Set.of(), null, List.of(), List.of());

        /** The same with other variations that no tensor shows. */
        Manner with(Set<VitVariation> others) {
            return new Manner(others, configured, signs, unused);
        }

        /** The same where only a configuration says something. */
        Manner needing(String said) {
            return new Manner(implied, said, signs, unused);
        }

        /** The same where tensors tell the family. */
        Manner knownBy(String... tensors) {
            return new Manner(implied, configured, List.of(tensors), unused);
        }

        /** The same with norms that are not used. */
        Manner without(String... norms) {
            return new Manner(implied, configured, signs, List.of(norms));
        }
    }

    /** A family of which nothing else is known. */
    CheckpointLayout(
            String label,
            List<String> prefixes,
            Pattern ignored,
            float layerNormEpsilon,
            PositionEmbedding.Rule positions,
            boolean rotates,
            Predicate<VitConfig> models,
            NameTable table) {
        this(
                label,
                prefixes,
                ignored,
                layerNormEpsilon,
                positions,
                rotates,
                models,
                table,
                Manner.PLAIN);
    }

    /** The tensor by which a file's layout is known, and a model among others in a file. */
    private static final String SIGN = "patch_embed.proj.weight";

    private static final String RELATIVE = "blocks.0.attn.relative_position.table";

    /** The names alone. */
    Naming naming() {
        return new Naming(label, SIGN, prefixes, ignored, table);
    }

    /** Whether a file with these tensors is of this family. */
    boolean recognises(Map<String, TensorInfo> tensors) {
        return naming().recognises(tensors)
                && manner.signs().stream()
                        .allMatch(
                                sign ->
                                        prefixes.stream()
                                                .anyMatch(p -> tensors.containsKey(p + sign)));
    }

    /** Whether there is a class of models with a head, so that a classifier can be written. */
    boolean hasHead() {
        return table.find("head.bias") != null; // a projection has none
    }

    /** Whether this family has a model; without a head it may get any. */
    boolean reads(VitConfig config, boolean headless) {
        Set<VitVariation> pooled = EnumSet.of(VitVariation.CLASS_AND_AVERAGE_POOLING);
        pooled.addAll(config.variations());
        return models.test(config)
                || (headless && models.test(config.withVariations(pooled, config.registers())));
    }

    /** How many of these tensors hold a parameter that our models may have. */
    long known(Map<String, TensorInfo> tensors) {
        return naming().known(tensors);
    }

    /** Whether a tensor holds a parameter that our models may have. */
    boolean holds(String name, Map<String, TensorInfo> tensors) {
        return naming().holds(name, tensors);
    }

    /** What stands before the names in a file with these tensors. */
    String prefix(Map<String, TensorInfo> tensors) {
        return naming().prefix(tensors);
    }

    /** What stands before the names in the files that others read, and we write. */
    String usualPrefix() {
        return prefixes.get(0);
    }

    /** The name of a parameter of ours in a file with these tensors. */
    String tensor(String path, Map<String, TensorInfo> tensors) {
        return naming().tensor(path, tensors);
    }

    private NameTable.Place place(String path, String prefix) {
        return naming().place(path, prefix);
    }

    /** Whether a file has the angles by which queries and keys are turned. */
    boolean learnsRotation(Map<String, TensorInfo> tensors) {
        NameTable.Place place = table.find("blocks.0.attn.rope.freqs");
        return place != null && tensors.containsKey(place.tensor());
    }

    /** What the tensors' shapes say of the geometry. */
    Geometry geometry(Map<String, TensorInfo> tensors) {
        int depth = depth(tensors);
        return new Geometry(
                size(tensors, SIGN, 2),
                size(tensors, SIGN, 0),
                depth,
                heads(tensors),
                size(tensors, "blocks.0.mlp.fc2.weight", 1),
                size(tensors, "pos_embed", 1),
                table.find(RELATIVE) == null ? 0 : size(tensors, RELATIVE, 0),
                size(tensors, "reg_token", 1),
                size(tensors, "attn_pool.mlp.fc2.weight", 1),
                size(tensors, "head.weight", 0),
                keyRows(tensors, depth),
                variations(tensors));
    }

    private int depth(Map<String, TensorInfo> tensors) {
        NameTable.Place first = place("blocks.0.norm1.gamma", prefix(tensors));
        if (first.arrangement().isStacked()) {
            return Naming.size(tensors.get(first.tensor()), first.arrangement().blockAxis());
        }
        int depth = 0;
        while (tensors.containsKey(tensor("blocks." + depth + ".norm1.gamma", tensors))) {
            depth++;
        }
        return depth;
    }

    /** The rows of each block's keys. */
    private List<Integer> keyRows(Map<String, TensorInfo> tensors, int depth) {
        return IntStream.range(0, depth)
                .mapToObj(
                        i -> {
                            String path = "blocks." + i + ".attn.key.weight";
                            Arrangement arrangement = place(path, prefix(tensors)).arrangement();
                            return arrangement.ours().isEmpty()
                                    ? size(tensors, path, 0) / arrangement.parts()
                                    : size(tensors, SIGN, 0);
                        })
                .toList();
    }

    private int heads(Map<String, TensorInfo> tensors) {
        NameTable.Place query = place("blocks.0.attn.query.weight", prefix(tensors));
        int periods = size(tensors, "rope.periods", 0); // a quarter of a head's width
        return periods > 0
                ? size(tensors, SIGN, 0) / periods / 4
                : Naming.size(tensors.get(query.tensor()), query.arrangement().headAxis());
    }

    private Set<VitVariation> variations(Map<String, TensorInfo> tensors) {
        Set<VitVariation> found = EnumSet.noneOf(VitVariation.class);
        found.addAll(manner.implied());
        for (VitVariation variation : VitVariation.values()) {
            String sign = variation.sign();
            boolean there =
                    sign != null
                            && table.find(sign) != null
                            && tensors.containsKey(tensor(sign, tensors));
            if (sign != null && there == variation.present()) {
                found.add(variation);
            }
        }
        if (found.contains(VitVariation.LAYER_SCALE)
                && !found.contains(VitVariation.PARALLEL)
                && !tensors.containsKey(tensor("blocks.0.ls2.gamma", tensors))) {
            found.add(VitVariation.ATTENTION_SCALE);
        }
        int hidden = size(tensors, "blocks.0.mlp.fc2.weight", 1);
        if (hidden > 0 && size(tensors, "blocks.0.mlp.fc1.weight", 0) == 2 * hidden) {
            found.add(VitVariation.SWIGLU);
        }
        if (found.contains(VitVariation.GATE_APART)) {
            found.add(VitVariation.SWIGLU);
        }
        if (found.contains(VitVariation.NO_QKV_BIAS)) {
            found.remove(VitVariation.NO_KEY_BIAS);
        }
        if (found.contains(VitVariation.PARALLEL)
                && found.contains(VitVariation.DIFFERENTIAL_ATTENTION)) {
            found.remove(VitVariation.NO_PROJECTION_BIAS); // one bias is of both sums
        }
        int width = size(tensors, SIGN, 0);
        if (width > 0
                && size(tensors, "head.weight", 1) == 2 * width
                && !found.contains(VitVariation.DISTILLATION)) {
            found.add(VitVariation.CLASS_AND_AVERAGE_POOLING);
        }
        if (found.contains(VitVariation.NO_CLASS_TOKEN)
                && !found.contains(VitVariation.AVERAGE_POOLING)
                && !found.contains(VitVariation.ATTENTION_POOLING)) {
            found.add(VitVariation.NORMED_AVERAGE_POOLING);
        }
        return found;
    }

    private int size(Map<String, TensorInfo> tensors, String path, int axis) {
        return table.find(path) == null ? 0 : naming().size(tensors, path, axis);
    }

    /**
     * Where each parameter of a model comes from.
     *
     * @param config the geometry of the file
     * @param prefix stands before the names
     * @throws IllegalArgumentException naming a parameter that this layout has no name for
     */
    Map<String, Source> sources(VitConfig config, String prefix) {
        Map<String, Shape> shapes = config.parts().shapes();
        shapes.keySet().removeIf(path -> path.startsWith("head.") && table.find(path) == null);
        return naming().sources(shapes, config.depth(), config.heads(), prefix);
    }

    /**
     * One parameter's place in a file: rows of a tensor, its axes permuted, read in our shape.
     *
     * @param tensor the tensor's name in the file
     * @param fileShape the shape it must have there
     * @param permutation the order of its axes that gives ours; null for as it is
     * @param part which of {@code parts} equal pieces along the first axis, after it is permuted
     * @param parts how many pieces the tensor holds; 1 for the whole
     */
    record Source(
            String tensor, Shape fileShape, int @Nullable [] permutation, int part, int parts) {}

    /**
     * What a file's shapes tell.
     *
     * @param heads the number of heads, or 0 where the shapes do not tell
     * @param positions the number of position embeddings, perhaps with the class token's
     * @param places the number of relative places in each block, 0 without
     * @param registers the number of register tokens
     * @param poolingMlpWidth the hidden size of the MLP of a pooling by attention, or 0
     * @param classes the outputs of the file's head, or 0 for none
     * @param keyRows the rows of each block's keys; as many as the width for the plain one
     * @param variations what the model has beyond the plain one
     */
    record Geometry(
            int patchSize,
            int width,
            int depth,
            int heads,
            int mlpWidth,
            int positions,
            int places,
            int registers,
            int poolingMlpWidth,
            int classes,
            List<Integer> keyRows,
            Set<VitVariation> variations) {}
}
