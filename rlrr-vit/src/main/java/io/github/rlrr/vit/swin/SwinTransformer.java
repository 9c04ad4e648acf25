package io.github.rlrr.vit.swin;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.FrozenStem;
import io.github.rlrr.vit.HalfWeights;
import io.github.rlrr.vit.NetworkWeights;
import io.github.rlrr.vit.Pooling;
import io.github.rlrr.vit.part.PatchEmbedding;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Swin Transformer that classifies images (B, 3, h, w) to logits (B, classes).
 *
 * <pre>
 *   x = norm(patches(image))                     (B, N, C)
 *   x = blocks(merging(x))  for each stage       (B, N / 4, 2·C) after each but the first
 *   logits = head(mean(norm(x)))
 * </pre>
 *
 * <p>Modules are named as timm's, with query, key and value apart: {@code
 * layers.0.blocks.0.attn.query}, {@code layers.1.downsample.reduction}. Sources: Liu et al., Swin
 * Transformer, ICCV 2021; Swin Transformer V2, CVPR 2022. Runs on DJL's PyTorch engine alone.
 */
public final class SwinTransformer extends AbstractBlock implements Backbone {

    private final SwinConfig config;
    private final PatchEmbedding patchEmbed;
    private final SwinStages layers;
    private final Block norm;
    private final Block head;
    private @Nullable NDManager owned;

    /**
     * Builds a model without weights; {@link #initialize} draws them, a checkpoint loads them.
     *
     * @param config the geometry
     */
    public SwinTransformer(SwinConfig config) {
        this(
                config,
                new PatchEmbedding(config.parts().patches(), config.parts().patchNorm()),
                new SwinStages(config),
                config.parts().norm().block(),
                config.parts().head().block());
    }

    @SuppressWarnings("this-escape")
    private SwinTransformer(
            SwinConfig config,
            PatchEmbedding patchEmbed,
            SwinStages layers,
            Block norm,
            Block head) {
        this.config = config;
        this.patchEmbed = addChildBlock("patch_embed", patchEmbed);
        this.layers = addChildBlock("layers", layers);
        this.norm = addChildBlock("norm", norm);
        this.head = addChildBlock("head", head);
    }

    private SwinTransformer sharing(SwinStages otherLayers, Block otherHead, int classes) {
        SwinTransformer view =
                new SwinTransformer(
                        config.withClasses(classes), patchEmbed, otherLayers, norm, otherHead);
        view.owned = owned;
        view.inputShapes = inputShapes;
        return view;
    }

    /**
     * Builds a model around given weights.
     *
     * @param config the geometry
     * @param weights every parameter by its path, in the model's own shapes
     * @param manager owns the weights and is closed with the model
     * @return the initialized model
     * @throws IllegalArgumentException naming a missing, unexpected or mis-shaped weight
     */
    public static SwinTransformer of(
            SwinConfig config, Map<String, NDArray> weights, NDManager manager) {
        SwinTransformer swin = new SwinTransformer(config);
        NetworkWeights.set(swin, config, weights, manager);
        swin.owned = manager;
        return swin;
    }

    @Override
    public SwinConfig config() {
        return config;
    }

    @Override
    public SwinTransformer withHead(int classes) {
        Block fresh = NetworkWeights.freshHead(head, config.withClasses(classes).parts().head());
        return sharing(layers, fresh, classes);
    }

    @Override
    public SwinTransformer withDropout(ResidualDropout dropout) {
        return sharing(layers.with(dropout), head, config.classes());
    }

    @Override
    public SwinTransformer withPrecision(Precision precision) {
        return sharing(layers.with(precision), head, config.classes());
    }

    @Override
    public Precision fastPrecision(Device device) {
        return Precision.auto(device);
    }

    @Override
    public SwinTransformer forInference(Precision precision) {
        return sharing(layers.forInference(precision), head, config.classes());
    }

    /**
     * This model with the weight matrices of its blocks held in float16, half the memory; all else
     * stays float32, and so does whatever is computed. It comes before dropout, precision and
     * adapters.
     *
     * @return a model of its own, to be closed when done; this one can be closed at once
     * @throws IllegalArgumentException naming a weight that float16 cannot hold
     */
    public SwinTransformer withHalfWeights() {
        return NetworkWeights.owning(
                head,
                manager ->
                        of(
                                config,
                                HalfWeights.of(ModuleTree.of(this).parameters(), manager),
                                manager));
    }

    @Override
    public SwinTransformer merged(AdaptedBlock adapted) {
        return NetworkWeights.merged(
                this,
                adapted,
                head,
                (classes, merged) ->
                        of(config.withClasses(classes), merged.weights(), merged.manager()));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        try (NDArray embedding = embedding(store, inputs.head(), training)) {
            return head.forward(store, new NDList(embedding), training);
        }
    }

    /**
     * The mean of all tokens after the final norm.
     *
     * @param store answers with the parameters' values
     * @param images (B, 3, h, w), normalised
     * @param training true within a training step
     * @return (B, D); on the images' manager
     */
    @Override
    public NDArray embedding(ParameterStore store, NDArray images, boolean training) {
        try (NDArray tokens = embed(store, images, training)) {
            return embedding(layers, store, tokens, training);
        }
    }

    @Override
    public NDArray embedding(
            Pooling pooling, ParameterStore store, NDArray images, boolean training) {
        if (pooling == Pooling.HEAD || pooling == Pooling.MEAN) {
            return embedding(store, images, training);
        }
        throw new IllegalArgumentException(
                "this network has no class token; take mean or head instead of " + pooling);
    }

    /** The same of tokens (B, N, C) that enter some last stages. */
    NDArray embedding(SwinStages last, ParameterStore store, NDArray tokens, boolean training) {
        try (NDArray features = features(last, store, tokens, training)) {
            return features.mean(new int[] {1});
        }
    }

    /**
     * Every token after the last stage and the final norm.
     *
     * @param store answers with the parameters' values
     * @param images (B, 3, h, w), normalised
     * @param training true within a training step
     * @return (B, n, D), row by row; on the images' manager
     */
    public NDArray features(ParameterStore store, NDArray images, boolean training) {
        try (NDArray tokens = embed(store, images, training)) {
            return features(layers, store, tokens, training);
        }
    }

    private NDArray features(
            SwinStages last, ParameterStore store, NDArray tokens, boolean training) {
        try (NDArray encoded = last.forward(store, new NDList(tokens), training).head()) {
            return norm.forward(store, new NDList(encoded), training).head();
        }
    }

    /** Images (B, 3, h, w) to the tokens (B, N, C) that enter the first stage. */
    NDArray embed(ParameterStore store, NDArray images, boolean training) {
        NetworkWeights.checkImages(images, config);
        NDArray tokens = patchEmbed.forward(store, new NDList(images), training).head();
        tokens.attach(images.getManager());
        return tokens;
    }

    @Override
    public @Nullable FrozenStem stem(Set<String> adapted) {
        return layers.drops() ? null : SwinStem.before(adapted, this);
    }

    SwinStages layers() {
        return layers;
    }

    Block head() {
        return head;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        patchEmbed.initialize(manager, type, shapes);
        long tokens = (long) config.gridHeight(0) * config.gridWidth(0);
        Shape first = new Shape(shapes[0].get(0), tokens, config.width());
        layers.initialize(manager, type, first);
        norm.initialize(manager, type, layers.getOutputShapes(new Shape[] {first}));
        head.initialize(manager, type, new Shape(shapes[0].get(0), config.embeddingWidth()));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {new Shape(inputs[0].get(0), config.classes())};
    }

    /** Frees the weights of a model that owns them. */
    @Override
    public void close() {
        if (owned != null) {
            owned.close();
        } else {
            clear();
        }
    }
}
