package io.github.rlrr.vit.swin;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.vit.part.Activation;
import io.github.rlrr.vit.part.Branch;
import io.github.rlrr.vit.part.Layer;
import io.github.rlrr.vit.part.Mlp;
import io.github.rlrr.vit.part.NetworkParts;
import io.github.rlrr.vit.part.NormKind;
import io.github.rlrr.vit.part.Operation;
import io.github.rlrr.vit.part.PatchMerging;
import io.github.rlrr.vit.part.ProductCounter;
import io.github.rlrr.vit.part.WindowAttention;
import io.github.rlrr.vit.part.Windows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a Swin Transformer is made of: layers and blocks, their parameters' shapes, the products of
 * a forward. All of it follows from the geometry.
 *
 * @param config the geometry
 */
public record SwinParts(SwinConfig config) implements NetworkParts {

    /**
     * The projection of patches to tokens.
     *
     * @return the layer {@code proj} of {@code patch_embed}
     */
    public Layer.Patches patches() {
        return new Layer.Patches(
                "proj", SwinConfig.CHANNELS, config.width(), config.patchSize(), true);
    }

    /**
     * The norm of patches.
     *
     * @return the layer {@code norm} of {@code patch_embed}
     */
    public Layer.Norm patchNorm() {
        return norm("norm", config.width());
    }

    private Layer.Norm norm(String path, int width) {
        return NormKind.layer(config.layerNormEpsilon()).at(path, width);
    }

    /**
     * What makes the tokens of a stage of those of the one before it.
     *
     * @param stage from 0
     * @return the parts of {@code downsample}; null for the first
     */
    public PatchMerging.@Nullable Parts merging(int stage) {
        if (stage == 0) {
            return null;
        }
        int width = config.width(stage);
        Layer.Linear reduction = new Layer.Linear("reduction", 2 * width, width, false);
        return new PatchMerging.Parts(
                config.gridHeight(stage - 1),
                config.gridWidth(stage - 1),
                norm("norm", config.has(SwinVariation.V2) ? width : 2 * width),
                reduction);
    }

    /**
     * What the blocks of a stage compute.
     *
     * @param stage from 0
     * @return each block's branches: attention, and an MLP
     */
    public List<List<Branch>> blocks(int stage) {
        return IntStream.range(0, config.depths().get(stage))
                .mapToObj(block -> branches(stage, block))
                .toList();
    }

    private List<Branch> branches(int stage, int block) {
        int width = config.width(stage);
        Windows windows = config.windows(stage, block);
        int heads = config.heads().get(stage);
        WindowAttention attention =
                config.has(SwinVariation.V2)
                        ? WindowAttention.ofCosines(
                                "attn", windows, width, heads, config.trainedWindows().get(stage))
                        : WindowAttention.ofProducts("attn", windows, width, heads);
        Mlp mlp = Mlp.of("mlp", width, config.mlpWidth() << stage, Activation.GELU);
        return List.of(branch(1, attention, width), branch(2, mlp, width));
    }

    private Branch branch(int number, Operation operation, int width) {
        return new Branch(
                norm("norm" + number, width), config.has(SwinVariation.V2), operation, null);
    }

    /**
     * The norm of all tokens after the last stage, whose mean the head sees.
     *
     * @return the layer {@code norm}
     */
    public Layer.Norm norm() {
        return norm("norm", config.embeddingWidth());
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
     * @return the shapes by path, in module order
     */
    @Override
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.putAll(Layer.shapes("patch_embed.", List.of(patches(), patchNorm())));
        for (int i = 0; i < config.stages(); i++) {
            String stage = "layers." + i + ".";
            PatchMerging.Parts merging = merging(i);
            if (merging != null) {
                shapes.putAll(Layer.shapes(stage + "downsample.", merging.layers()));
            }
            int number = 0;
            for (List<Branch> block : blocks(i)) {
                shapes.putAll(
                        Layer.shapes(stage + "blocks." + number++ + ".", Branch.layers(block)));
            }
        }
        shapes.putAll(Layer.shapes("", List.of(norm())));
        shapes.putAll(Layer.shapes("", List.of(head())));
        return shapes;
    }

    /**
     * Counts the matrix products of a forward to logits.
     *
     * @param counter takes them
     * @param batch B
     */
    @Override
    public void count(ProductCounter counter, long batch) {
        long tokens = (long) config.gridHeight(0) * config.gridWidth(0);
        counter.patches(batch * tokens, patches());
        for (int i = 0; i < config.stages(); i++) {
            PatchMerging.Parts merging = merging(i);
            if (merging != null) {
                merging.count(counter, batch);
            }
            long all = (long) config.gridHeight(i) * config.gridWidth(i);
            for (List<Branch> block : blocks(i)) {
                block.forEach(branch -> branch.operation().count(counter, batch, all, all));
            }
        }
        counter.linear(batch, head());
    }
}
