package io.github.rlrr.vit;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.vit.part.Activation;
import io.github.rlrr.vit.part.Attention;
import io.github.rlrr.vit.part.AttentionPooling;
import io.github.rlrr.vit.part.Branch;
import io.github.rlrr.vit.part.DifferentialAttention;
import io.github.rlrr.vit.part.Layer;
import io.github.rlrr.vit.part.Mlp;
import io.github.rlrr.vit.part.NetworkParts;
import io.github.rlrr.vit.part.NormKind;
import io.github.rlrr.vit.part.Operation;
import io.github.rlrr.vit.part.Parallel;
import io.github.rlrr.vit.part.ProductCounter;
import io.github.rlrr.vit.part.Rotary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a Vision Transformer is made of: layers and blocks, their parameters' shapes, the products
 * of a forward. All of it follows from the geometry.
 *
 * @param config the geometry
 */
public record VitParts(VitConfig config) implements NetworkParts {

    /**
     * What the first encoder block computes, and mostly every other.
     *
     * @return its branches: attention, and an MLP
     */
    public List<Branch> branches() {
        return branches(0);
    }

    /**
     * What an encoder block computes.
     *
     * @param block its number, from 0
     * @return its branches: attention, and an MLP
     */
    public List<Branch> branches(int block) {
        boolean parallel = config.has(VitVariation.PARALLEL);
        boolean two = config.has(VitVariation.DIFFERENTIAL_ATTENTION);
        Attention plain = attention(block);
        boolean scaled = config.has(VitVariation.LAYER_SCALE);
        // One bias is of both sums.
        Attention attention = parallel && two ? plain.withoutOutBias() : plain;
        Operation attends = two ? DifferentialAttention.of(attention, block) : attention;
        return parallel
                ? List.of(branch(1, new Parallel(attends, mlp()), scaled))
                : List.of(
                        branch(1, attends, scaled),
                        branch(2, mlp(), scaled && !config.has(VitVariation.ATTENTION_SCALE)));
    }

    private Branch branch(int number, Operation operation, boolean scaled) {
        return new Branch(
                norm("norm" + number),
                config.has(VitVariation.POST_NORM),
                operation,
                scaled ? new Layer.Scale("ls" + number, config.width()) : null);
    }

    private Attention attention(int block) {
        boolean biased = !config.has(VitVariation.NO_QKV_BIAS);
        Attention attention = Attention.of("attn", config.width(), config.heads(), biased);
        if (!config.keyHeads().isEmpty()) {
            attention = attention.withKeyHeads(config.keyHeads().get(block));
        }
        if (config.has(VitVariation.NO_KEY_BIAS)) {
            attention = attention.withoutKeyBias();
        }
        if (config.has(VitVariation.QUERY_KEY_NORM)) {
            attention = attention.withNorms(norms());
        }
        if (config.has(VitVariation.NO_PROJECTION_BIAS)) {
            attention = attention.withoutOutBias();
        }
        if (config.has(VitVariation.RELATIVE_POSITIONS)) {
            attention = attention.withRelativePlaces(config.gridHeight(), config.gridWidth());
        }
        Rotary rotary = config.rotary();
        if (rotary != null) {
            attention =
                    attention.withRotation(
                            rotary, config.gridHeight(), config.gridWidth(), config.prefixTokens());
        }
        return config.has(VitVariation.ATTENTION_NORM)
                ? attention.withInnerNorm(norms())
                : attention;
    }

    private Mlp mlp() {
        int width = config.width();
        int hidden = config.mlpWidth();
        Mlp mlp =
                config.has(VitVariation.GATE_APART)
                        ? Mlp.gatedApart("mlp", width, hidden, Activation.SILU)
                        : config.has(VitVariation.SWIGLU)
                                ? Mlp.gated("mlp", width, hidden, Activation.SILU)
                                : Mlp.of("mlp", width, hidden, activation());
        if (config.has(VitVariation.NO_PROJECTION_BIAS)) {
            mlp = mlp.withoutBiases();
        }
        return config.has(VitVariation.MLP_NORM) ? mlp.withInnerNorm(norms()) : mlp;
    }

    private NormKind norms() {
        return new NormKind(config.layerNormEpsilon(), !config.has(VitVariation.RMS_NORM));
    }

    private Layer.Norm norm(String path) {
        return norms().at(path, config.width());
    }

    private Activation activation() {
        return config.has(VitVariation.QUICK_GELU)
                ? Activation.QUICK_GELU
                : config.has(VitVariation.TANH_GELU) ? Activation.TANH_GELU : Activation.GELU;
    }

    /**
     * The projection of patches to tokens.
     *
     * @return the layer {@code proj} of {@code patch_embed}
     */
    public Layer.Patches patches() {
        return new Layer.Patches(
                "proj",
                VitConfig.CHANNELS,
                config.width(),
                config.patchSize(),
                !config.has(VitVariation.NO_PATCH_BIAS));
    }

    /**
     * The norm of patches.
     *
     * @return the layer {@code norm} of {@code patch_embed}; null for none
     */
    public Layer.@Nullable Norm patchNorm() {
        return config.has(VitVariation.PATCH_NORM) ? norm("norm") : null;
    }

    /**
     * How many tokens leave the last block: the class token, with a distillation token behind it
     * where there is one, or all.
     */
    int leavingTokens() {
        boolean pools =
                config.has(VitVariation.AVERAGE_POOLING)
                        || config.has(VitVariation.NORMED_AVERAGE_POOLING)
                        || config.has(VitVariation.ATTENTION_POOLING)
                        || config.has(VitVariation.CLASS_AND_AVERAGE_POOLING);
        return pools ? config.tokens() : config.has(VitVariation.DISTILLATION) ? 2 : 1;
    }

    /**
     * The norm of tokens before the first block.
     *
     * @return the layer {@code norm_pre}; null for none
     */
    public Layer.@Nullable Norm preNorm() {
        return config.has(VitVariation.PRE_NORM) ? norm("norm_pre") : null;
    }

    /**
     * The pooling by attention.
     *
     * @return its parts, under {@code attn_pool}; null for none
     */
    public AttentionPooling.@Nullable Parts pooling() {
        PoolingSize size = config.pooling();
        return config.has(VitVariation.ATTENTION_POOLING)
                ? AttentionPooling.Parts.of(
                        config.width(),
                        size == null ? config.heads() : size.heads(),
                        size == null ? config.mlpWidth() : size.mlpWidth(),
                        activation(),
                        norms())
                : null;
    }

    /**
     * The norm of what the head sees.
     *
     * @return the layer {@code norm}, or {@code fc_norm} after average pooling; null for none
     */
    public Layer.@Nullable Norm norm() {
        if (config.has(VitVariation.NO_FINAL_NORM)) {
            return null;
        }
        return norm(config.has(VitVariation.AVERAGE_POOLING) ? "fc_norm" : "norm");
    }

    /**
     * The classifier.
     *
     * @return the layer {@code head}
     */
    public Layer.Linear head() {
        return new Layer.Linear("head", config.embeddingWidth(), config.classes());
    }

    /**
     * The shape of every parameter of a model, before there is one with values.
     *
     * <p>With width D and P positions: {@code cls_token} (1, 1, D), {@code pos_embed} (1, P, D),
     * {@code reg_token} (1, registers, D), and those of the layers.
     *
     * @return the shapes by path, in module order
     */
    @Override
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        if (!config.has(VitVariation.NO_CLASS_TOKEN)) {
            shapes.put("cls_token", new Shape(1, 1, config.width()));
        }
        if (config.positions() > 0) {
            shapes.put("pos_embed", new Shape(1, config.positions(), config.width()));
        }
        if (config.registers() > 0) {
            shapes.put("reg_token", new Shape(1, config.registers(), config.width()));
        }
        shapes.putAll(Layer.shapes("patch_embed.", present(patches(), patchNorm())));
        shapes.putAll(Layer.shapes("", present(preNorm())));
        for (int i = 0; i < config.depth(); i++) {
            shapes.putAll(Layer.shapes("blocks." + i + ".", Branch.layers(branches(i))));
        }
        shapes.putAll(Layer.shapes("", present(norm())));
        AttentionPooling.Parts pooling = pooling();
        if (pooling != null) {
            shapes.putAll(Layer.shapes("attn_pool.", pooling.layers()));
        }
        shapes.putAll(Layer.shapes("", List.of(head())));
        return shapes;
    }

    private static List<Layer> present(@Nullable Layer... layers) {
        return Stream.of(layers).flatMap(Stream::ofNullable).toList();
    }

    /**
     * Counts the matrix products of a forward to logits.
     *
     * @param counter takes them
     * @param batch B
     */
    @Override
    public void count(ProductCounter counter, long batch) {
        counter.patches(batch * config.gridHeight() * config.gridWidth(), patches());
        for (int i = 0; i < config.depth(); i++) {
            long asking = i == config.depth() - 1 ? leavingTokens() : config.tokens();
            for (Branch branch : branches(i)) {
                branch.operation().count(counter, batch, asking, config.tokens());
            }
        }
        AttentionPooling.Parts pooling = pooling();
        if (pooling != null) {
            pooling.count(counter, batch, config.tokens() - config.unpooledTokens());
        }
        counter.linear(batch, head());
    }
}
