package io.github.rlrr.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.vit.part.AttentionPooling;
import io.github.rlrr.vit.part.Encoder;
import io.github.rlrr.vit.part.Layer;
import io.github.rlrr.vit.part.PatchEmbedding;
import io.github.rlrr.vit.part.Precision;
import io.github.rlrr.vit.part.ResidualDropout;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plain pre-norm Vision Transformer: images (B, 3, h, w) to logits (B, classes).
 *
 * <pre>
 *   x = [cls_token; patch_embed(images)] + pos_embed       (B, N, D)
 *   x = blocks(x)                                          (B, N, D)
 *   logits = head(norm(x)[:, 0])                           (B, classes)
 * </pre>
 *
 * {@link VitVariation} has what may differ.
 *
 * <p>B batch, N tokens, D width; float32. Module paths follow timm's, with query, key and value
 * apart: {@code blocks.0.attn.query}, {@code blocks.0.mlp.fc1}, {@code norm}, {@code head}.
 *
 * <p>A model made by a checkpoint or by {@link #merged} owns its weights; {@link #close} frees
 * them.
 *
 * <p>Source: Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021.
 */
public final class VisionTransformer extends AbstractBlock implements Backbone {

    private static final float TOKEN_DEVIATION = 0.02f;
    private static final String POOLING = "attn_pool";

    private final VitConfig config;
    private final @Nullable Parameter clsToken;
    private final @Nullable Parameter posEmbed;
    private final @Nullable Parameter regToken;
    private final PatchEmbedding patchEmbed;
    private final @Nullable Block preNorm;
    private final Encoder blocks;
    private final @Nullable Block norm;
    private final @Nullable Block pooling;
    private final Block head;
    private @Nullable NDManager owned;

    /**
     * Builds a model without weights; {@link #initialize} draws them, a checkpoint loads them.
     *
     * @param config the geometry
     */
    @SuppressWarnings("this-escape")
    public VisionTransformer(VitConfig config) {
        this.config = config;
        VitParts parts = config.parts();
        Map<String, Shape> shapes = parts.shapes();
        clsToken = token("cls_token", shapes);
        posEmbed = token("pos_embed", shapes);
        regToken = token("reg_token", shapes);
        patchEmbed =
                addChildBlock(
                        "patch_embed", new PatchEmbedding(parts.patches(), parts.patchNorm()));
        preNorm = child(parts.preNorm());
        blocks = addChildBlock("blocks", new Encoder(parts::branches, config.depth()));
        norm = child(parts.norm());
        AttentionPooling.Parts attention = parts.pooling();
        pooling =
                attention == null ? null : addChildBlock(POOLING, new AttentionPooling(attention));
        head = addChildBlock("head", parts.head().block());
    }

    /** Shares all of them that come from the other: its blocks' weights and perhaps its head. */
    private VisionTransformer(VisionTransformer other, Encoder blocks, Block head, int classes) {
        config = other.config.withClasses(classes);
        clsToken = other.clsToken == null ? null : addParameter(other.clsToken);
        posEmbed = other.posEmbed == null ? null : addParameter(other.posEmbed);
        regToken = other.regToken == null ? null : addParameter(other.regToken);
        patchEmbed = addChildBlock("patch_embed", other.patchEmbed);
        preNorm = other.preNorm == null ? null : addChildBlock("norm_pre", other.preNorm);
        this.blocks = addChildBlock("blocks", blocks);
        Layer.Norm last = config.parts().norm();
        norm = last == null ? null : addChildBlock(last.path(), Objects.requireNonNull(other.norm));
        pooling = other.pooling == null ? null : addChildBlock(POOLING, other.pooling);
        this.head = addChildBlock("head", head);
        owned = other.owned;
        inputShapes = other.inputShapes;
    }

    private @Nullable Block child(Layer.@Nullable Norm layer) {
        return layer == null ? null : addChildBlock(layer.path(), layer.block());
    }

    private @Nullable Parameter token(String name, Map<String, Shape> shapes) {
        Shape shape = shapes.get(name);
        return shape == null
                ? null
                : addParameter(
                        Parameter.builder()
                                .setName(name)
                                .setType(Parameter.Type.OTHER)
                                .optShape(shape)
                                .optInitializer(new NormalInitializer(TOKEN_DEVIATION))
                                .build());
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
    public static VisionTransformer of(
            VitConfig config, Map<String, NDArray> weights, NDManager manager) {
        VisionTransformer vit = new VisionTransformer(config);
        NetworkWeights.set(vit, config, weights, manager);
        vit.owned = manager;
        return vit;
    }

    /**
     * The geometry.
     *
     * @return the configuration
     */
    @Override
    public VitConfig config() {
        return config;
    }

    /**
     * This model with a new head of zeros, for data with other classes.
     *
     * @param classes the number of outputs
     * @return a model that shares every other weight with this one; closing either closes them
     * @throws IllegalStateException when this model has no weights yet
     */
    @Override
    public VisionTransformer withHead(int classes) {
        Block fresh = NetworkWeights.freshHead(head, config.withClasses(classes).parts().head());
        return new VisionTransformer(this, blocks, fresh, classes);
    }

    /**
     * This model with dropout on its residual branches while it trains. It comes before the model
     * is adapted: an adapter is made on the model that runs. A merged model has none.
     *
     * @param dropout what is dropped, in place of what this model drops; {@link
     *     ResidualDropout#NONE} drops nothing
     * @return a model that shares every weight with this one; closing either closes them
     */
    @Override
    public VisionTransformer withDropout(ResidualDropout dropout) {
        return new VisionTransformer(this, blocks.with(dropout), head, config.classes());
    }

    /**
     * This model with the encoder blocks' matrix products in another type. It comes before the
     * model is adapted: an adapter is made on the model that runs. A merged model computes in
     * float32 until it is told otherwise.
     *
     * @param precision the type; on an engine other than PyTorch it is always float32
     * @return a model that shares every weight with this one; closing either closes them
     */
    @Override
    public VisionTransformer withPrecision(Precision precision) {
        return new VisionTransformer(this, blocks.with(precision), head, config.classes());
    }

    @Override
    public Precision fastPrecision(Device device) {
        return Precision.auto(device);
    }

    @Override
    public VisionTransformer forInference(Precision precision) {
        return new VisionTransformer(this, blocks.forInference(precision), head, config.classes());
    }

    /**
     * This model with the weight matrices of its encoder blocks held in float16, half the memory.
     * They are rounded to 11 significant bits; all else stays float32, and so does whatever is
     * computed: products take such a weight, or what an adapter makes of it, in the type of {@link
     * #withPrecision}. It comes before dropout, precision and adapters, and runs on DJL's PyTorch
     * engine alone.
     *
     * <p>An adapter belongs to the weights it was trained on: one trained on this model is refused
     * by the float32 one and the other way round. What is merged is float32.
     *
     * <p>{@code VitCheckpoint.loadHalf} reads a checkpoint so without a float32 model in between.
     *
     * @return a model of its own, to be closed when done; this one can be closed at once
     * @throws IllegalArgumentException naming a weight that float16 cannot hold
     */
    public VisionTransformer withHalfWeights() {
        return NetworkWeights.owning(
                head,
                manager ->
                        of(
                                config,
                                HalfWeights.of(ModuleTree.of(this).parameters(), manager),
                                manager));
    }

    /**
     * Absorbs an adapter into a fresh plain model; neither this model nor the adapter changes.
     *
     * @param adapted this model, adapted
     * @return a model with the effective weights, the adapter's own head and its class count; close
     *     it when done
     * @throws IllegalArgumentException when {@code adapted} adapts another block
     * @throws IllegalStateException naming a parameter whose effective value is not finite
     */
    @Override
    public VisionTransformer merged(AdaptedBlock adapted) {
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
     * What the head sees: the class token after the final norm, or a mean of patches, as the {@link
     * VitVariation variations} say.
     *
     * @param store answers with the parameters' values
     * @param images (B, 3, h, w), normalised
     * @param training true within a training step
     * @return (B, {@link VitConfig#embeddingWidth}); on the images' manager
     */
    @Override
    public NDArray embedding(ParameterStore store, NDArray images, boolean training) {
        try (NDArray tokens = embed(store, images, training)) {
            return embedding(blocks, store, tokens, training);
        }
    }

    @Override
    public NDArray embedding(
            Pooling pooling, ParameterStore store, NDArray images, boolean training) {
        if (pooling == Pooling.HEAD) {
            return embedding(store, images, training);
        }
        if (pooling != Pooling.MEAN && config.has(VitVariation.NO_CLASS_TOKEN)) {
            throw new IllegalArgumentException(
                    "this network has no class token; take mean or head instead of " + pooling);
        }
        try (NDArray tokens = features(store, images, training)) {
            return pooled(tokens, pooling);
        }
    }

    /** Of tokens (B, N, D) after the last norm. */
    private NDArray pooled(NDArray tokens, Pooling pooling) {
        if (pooling == Pooling.CLASS_TOKEN) {
            return tokens.get(":, 0");
        }
        try (NDArray patches = tokens.get(":, " + config.prefixTokens() + ":")) {
            NDArray mean = patches.mean(new int[] {1});
            if (pooling == Pooling.MEAN) {
                return mean;
            }
            try (mean;
                    NDArray first = tokens.get(":, 0")) {
                return NDArrays.concat(new NDList(first, mean), 1);
            }
        }
    }

    /** What the head sees of tokens (B, N, D) that enter some last blocks. */
    NDArray embedding(Encoder last, ParameterStore store, NDArray tokens, boolean training) {
        Readout readout = new Readout(config, norm, pooling);
        try (NDArray seen = readout.of(last, store, tokens, training)) { // (B, 1 or 2, D)
            return seen.reshape(-1, config.embeddingWidth());
        }
    }

    @Override
    public @Nullable FrozenStem stem(Set<String> adapted) {
        return blocks.drops() ? null : VitStem.before(adapted, this);
    }

    Encoder encoder() {
        return blocks;
    }

    Block head() {
        return head;
    }

    /**
     * Every token after the last block, and after the final norm where that is of all tokens.
     *
     * @param store answers with the parameters' values
     * @param images (B, 3, h, w), normalised
     * @param training true within a training step
     * @return (B, N, D), class token first, then registers; on the images' manager
     */
    public NDArray features(ParameterStore store, NDArray images, boolean training) {
        try (NDArray tokens = embed(store, images, training)) {
            NDArray encoded = blocks.forward(store, new NDList(tokens), training).head();
            if (config.has(VitVariation.AVERAGE_POOLING)) {
                return encoded;
            }
            try (encoded) {
                return new Readout(config, norm, pooling).normed(store, encoded, training);
            }
        }
    }

    /**
     * Images (B, 3, h, w) to tokens (B, N, D): class token, registers, patches; positions added.
     */
    NDArray embed(ParameterStore store, NDArray images, boolean training) {
        NetworkWeights.checkImages(images, config);
        try (NDArray patches = patchEmbed.forward(store, new NDList(images), training).head();
                NDArray tokens =
                        new PrefixTokens(config, clsToken, posEmbed, regToken)
                                .join(store, patches, training)) {
            NDArray entering =
                    preNorm == null
                            ? tokens.reshape(tokens.getShape())
                            : preNorm.forward(store, new NDList(tokens), training).head();
            entering.attach(images.getManager());
            return entering;
        }
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        patchEmbed.initialize(manager, type, shapes);
        Shape tokens = new Shape(shapes[0].get(0), config.tokens(), config.width());
        if (preNorm != null) {
            preNorm.initialize(manager, type, tokens);
        }
        blocks.initialize(manager, type, tokens);
        if (norm != null) {
            norm.initialize(manager, type, tokens);
        }
        if (pooling != null) {
            pooling.initialize(manager, type, tokens);
        }
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
