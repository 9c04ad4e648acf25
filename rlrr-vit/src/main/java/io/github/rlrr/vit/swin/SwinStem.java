package io.github.rlrr.vit.swin;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.rlrr.vit.FrozenStem;
import java.util.Comparator;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Swin Transformer up to an encoder block, or to the merging of tokens before one.
 *
 * @param network the whole
 * @param end where it ends; null where nothing but the head comes after it
 */
record SwinStem(SwinTransformer network, @Nullable Place end) implements FrozenStem {

    private static final Pattern OF_STAGE =
            Pattern.compile("layers\\.(\\d+)\\.(?:blocks\\.(\\d+)|downsample)\\..*");

    /**
     * Between two of its modules.
     *
     * @param stage from 0
     * @param block the one that comes next, from 0; −1 where the stage's merging does
     */
    record Place(int stage, int block) {

        private static final Comparator<Place> ORDER =
                Comparator.comparingInt(Place::stage).thenComparingInt(Place::block);

        boolean isBeforeMerging() {
            return block < 0;
        }

        private static Place first(@Nullable Place a, Place b) {
            return a != null && ORDER.compare(a, b) < 0 ? a : b;
        }
    }

    /**
     * The longest stem that leaves these modules out.
     *
     * @return the stem; null where a module before the second block is among them
     */
    static @Nullable SwinStem before(Set<String> modules, SwinTransformer network) {
        Place end = null;
        for (String module : modules) {
            Matcher matcher = OF_STAGE.matcher(module);
            if (matcher.matches()) {
                String block = matcher.group(2);
                int stage = Integer.parseInt(matcher.group(1));
                end =
                        Place.first(
                                end,
                                new Place(stage, block == null ? -1 : Integer.parseInt(block)));
            } else if (module.equals("norm")) {
                int last = network.config().stages() - 1;
                end = Place.first(end, new Place(last, network.config().depths().get(last)));
            } else if (!module.equals("head")) {
                return null;
            }
        }
        return new Place(0, 0).equals(end) ? null : new SwinStem(network, end);
    }

    @Override
    public Shape output() {
        SwinConfig config = network.config();
        if (end == null) {
            return new Shape(config.embeddingWidth());
        }
        int stage = end.isBeforeMerging() ? end.stage() - 1 : end.stage();
        long tokens = (long) config.gridHeight(stage) * config.gridWidth(stage);
        return new Shape(tokens, config.width(stage));
    }

    @Override
    public NDArray forward(ParameterStore store, NDArray images, boolean training) {
        if (end == null) {
            return network.embedding(store, images, training);
        }
        try (NDArray tokens = network.embed(store, images, training)) {
            return network.layers().until(end).forward(store, new NDList(tokens), training).head();
        }
    }

    @Override
    public NDArray logits(ParameterStore store, NDArray kept, boolean training) {
        if (end == null) {
            return network.head().forward(store, new NDList(kept), training).head();
        }
        SwinStages last = network.layers().from(end);
        try (NDArray embedding = network.embedding(last, store, kept, training)) {
            return network.head().forward(store, new NDList(embedding), training).head();
        }
    }
}
