package io.github.rlrr.vit;

import io.github.rlrr.vit.part.Rotary;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The geometry of a Vision Transformer.
 *
 * <p>Presets follow Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, table 1, and
 * Touvron et al., DeiT, 2021, for S and Ti; all for 224×224 images and 1,000 classes.
 *
 * @param imageHeight input height in pixels; rows beyond a multiple of the patch size are not seen
 * @param imageWidth input width in pixels, likewise
 * @param patchSize the side of a patch in pixels
 * @param width D, the size of a token
 * @param depth the number of encoder blocks
 * @param heads H, the number of attention heads; divides the width
 * @param mlpWidth the hidden size of each block's MLP
 * @param classes the number of outputs of the head
 * @param layerNormEpsilon ε of every layer norm: 1e-6 for Google's and timm's weights, 1e-12 for
 *     Hugging Face's
 * @param registers the number of register tokens, 0 without {@link VitVariation#REGISTERS}
 * @param variations what it has or lacks unlike the plain one
 * @param rotary how queries and keys are turned by the places of their patches; null for not at all
 * @param pooling the sizes of a pooling by attention; null for those of the blocks
 * @param keyHeads heads of keys and values for each block, where they are fewer than those of
 *     queries; else empty
 */
public record VitConfig(
        int imageHeight,
        int imageWidth,
        int patchSize,
        int width,
        int depth,
        int heads,
        int mlpWidth,
        int classes,
        float layerNormEpsilon,
        int registers,
        Set<VitVariation> variations,
        @Nullable Rotary rotary,
        @Nullable PoolingSize pooling,
        List<Integer> keyHeads)
        implements BackboneConfig {

    /** The most pixels on a side of the input: attention's cost grows with its fourth power. */
    public static final int MAX_SIDE = 4096;

    /** ViT-Ti/16: 5.7 M parameters. */
    public static final VitConfig VIT_TI_16 = preset(16, 192, 12, 3);

    /** ViT-S/16: 22 M parameters. */
    public static final VitConfig VIT_S_16 = preset(16, 384, 12, 6);

    /** ViT-B/32: 88 M parameters. */
    public static final VitConfig VIT_B_32 = preset(32, 768, 12, 12);

    /** ViT-B/16: 86 M parameters, the paper's main model. */
    public static final VitConfig VIT_B_16 = preset(16, 768, 12, 12);

    /** ViT-L/16: 304 M parameters. */
    public static final VitConfig VIT_L_16 = preset(16, 1024, 24, 16);

    /** ViT-H/14: 632 M parameters. */
    public static final VitConfig VIT_H_14 = preset(14, 1280, 32, 16);

    /**
     * Checks the geometry.
     *
     * @param imageHeight as the record has it
     * @param imageWidth as the record has it
     * @param patchSize as the record has it
     * @param width as the record has it
     * @param depth as the record has it
     * @param heads as the record has it
     * @param mlpWidth as the record has it
     * @param classes as the record has it
     * @param layerNormEpsilon as the record has it
     * @param registers as the record has it
     * @param variations as the record has it
     * @param rotary as the record has it
     * @param pooling as the record has it
     * @param keyHeads as the record has it
     * @throws IllegalArgumentException with every fault in one message
     */
    public VitConfig {
        variations = Set.copyOf(variations);
        List<String> faults = new ArrayList<>();
        int[] sizes = {imageHeight, imageWidth, patchSize, width, depth, heads, mlpWidth, classes};
        String[] names =
                "imageHeight imageWidth patchSize width depth heads mlpWidth classes"
                        .split(" ", -1);
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 1) {
                faults.add(names[i] + " is " + sizes[i] + ", expected at least 1");
            }
        }
        if (faults.isEmpty() && (imageHeight < patchSize || imageWidth < patchSize)) {
            faults.add(
                    "the image of %s×%s pixels is smaller than a patch of %s"
                            .formatted(imageHeight, imageWidth, patchSize));
        }
        if (faults.isEmpty() && (imageHeight > MAX_SIDE || imageWidth > MAX_SIDE)) {
            faults.add(
                    "the image of %s×%s pixels is larger than %s on a side"
                            .formatted(imageHeight, imageWidth, MAX_SIDE));
        }
        if (faults.isEmpty() && width % heads != 0) {
            faults.add("the width " + width + " is no multiple of " + heads + " heads");
        }
        if (registers < 0 || registers > 0 != variations.contains(VitVariation.REGISTERS)) {
            faults.add("registers is " + registers + ", but the variations are " + variations);
        }
        int all = heads;
        keyHeads = keyHeads.stream().allMatch(n -> n == all) ? List.of() : List.copyOf(keyHeads);
        boolean grouped = keyHeads.isEmpty() || keyHeads.size() == depth;
        if (!grouped || keyHeads.stream().anyMatch(n -> n < 1 || all % n != 0)) {
            faults.add("heads of keys are " + keyHeads + ", expected divisors of " + heads);
        }
        if (faults.isEmpty() && new PoolingSize(heads, mlpWidth).equals(pooling)) {
            pooling = null;
        }
        if (faults.isEmpty() && pooling != null && width % pooling.heads() != 0) {
            faults.add("the width " + width + " is no multiple of " + pooling.heads() + " heads");
        }
        if (faults.isEmpty()) {
            faults.addAll(VitVariation.faults(variations, registers, width / heads, rotary));
        }
        if (!(layerNormEpsilon > 0)) {
            faults.add("layerNormEpsilon is " + layerNormEpsilon + ", expected more than 0");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    /**
     * The geometry of a plain one.
     *
     * @param imageHeight as the record has it
     * @param imageWidth as the record has it
     * @param patchSize as the record has it
     * @param width as the record has it
     * @param depth as the record has it
     * @param heads as the record has it
     * @param mlpWidth as the record has it
     * @param classes as the record has it
     * @param layerNormEpsilon as the record has it
     * @throws IllegalArgumentException with every fault in one message
     */
    public VitConfig(
            int imageHeight,
            int imageWidth,
            int patchSize,
            int width,
            int depth,
            int heads,
            int mlpWidth,
            int classes,
            float layerNormEpsilon) {
        this(
                imageHeight,
                imageWidth,
                patchSize,
                width,
                depth,
                heads,
                mlpWidth,
                classes,
                layerNormEpsilon,
                0,
                Set.of(),
                null,
                null,
                List.of());
    }

    private static VitConfig preset(int patch, int width, int depth, int heads) {
        return new VitConfig(224, 224, patch, width, depth, heads, 4 * width, 1000, 1e-6f);
    }

    /**
     * Finds a preset by its name.
     *
     * @param name such as {@code vit-b-16}
     * @return the preset
     * @throws IllegalArgumentException naming the presets there are
     */
    public static VitConfig named(String name) {
        return VitPresets.named(name);
    }

    /**
     * The presets' names.
     *
     * @return the names, smallest model first
     */
    public static List<String> presetNames() {
        return VitPresets.names();
    }

    /**
     * The same geometry with another number of classes.
     *
     * @param count the number of outputs
     * @return a new configuration
     */
    public VitConfig withClasses(int count) {
        return VitEdit.of(this, edit -> edit.classes = count);
    }

    /**
     * The same geometry with another number of heads.
     *
     * @param count the number of attention heads
     * @return a new configuration
     */
    public VitConfig withHeads(int count) {
        return VitEdit.of(this, edit -> edit.heads = count);
    }

    /**
     * The same geometry for another image size.
     *
     * @param height input height in pixels
     * @param newWidth input width in pixels
     * @return a new configuration
     */
    @Override
    public VitConfig withImageSize(int height, int newWidth) {
        return VitEdit.of(
                this,
                edit -> {
                    edit.imageHeight = height;
                    edit.imageWidth = newWidth;
                });
    }

    /**
     * The same geometry with another ε.
     *
     * @param epsilon of every layer norm, above 0
     * @return a new configuration
     */
    public VitConfig withLayerNormEpsilon(float epsilon) {
        return VitEdit.of(this, edit -> edit.layerNormEpsilon = epsilon);
    }

    /**
     * The same geometry with other variations.
     *
     * @param others what it has or lacks, in place of what this has
     * @param count the number of register tokens
     * @return a new configuration
     */
    public VitConfig withVariations(Set<VitVariation> others, int count) {
        return VitEdit.of(
                this,
                edit -> {
                    edit.variations = others;
                    edit.registers = count;
                });
    }

    /**
     * The same geometry with queries and keys turned otherwise.
     *
     * @param other how, by the places of their patches; null for not at all
     * @return a new configuration
     */
    public VitConfig withRotary(@Nullable Rotary other) {
        return VitEdit.of(this, edit -> edit.rotary = other);
    }

    /**
     * The same geometry with another pooling by attention.
     *
     * @param other its sizes; null for those of the blocks
     * @return a new configuration
     */
    public VitConfig withPooling(@Nullable PoolingSize other) {
        return VitEdit.of(this, edit -> edit.pooling = other);
    }

    /**
     * The same geometry with other heads of keys and values.
     *
     * @param counts for each block; empty for as many as of queries
     * @return a new configuration
     */
    public VitConfig withKeyHeads(List<Integer> counts) {
        return VitEdit.of(this, edit -> edit.keyHeads = counts);
    }

    /** Whether it has a variation. */
    boolean has(VitVariation variation) {
        return variations.contains(variation);
    }

    /**
     * The number of patches from top to bottom.
     *
     * @return rows of the grid
     */
    public int gridHeight() {
        return imageHeight / patchSize;
    }

    /**
     * The number of patches from left to right.
     *
     * @return columns of the grid
     */
    public int gridWidth() {
        return imageWidth / patchSize;
    }

    /**
     * The number of tokens: patches, and what stands before them.
     *
     * @return N
     */
    public int tokens() {
        return prefixTokens() + gridHeight() * gridWidth();
    }

    /**
     * The number of tokens before the patches: the class token and registers.
     *
     * @return 1 for the plain one
     */
    public int prefixTokens() {
        return (has(VitVariation.NO_CLASS_TOKEN) ? 0 : 1) + registers;
    }

    /** The number of tokens before the patches that pooling leaves out. */
    int unpooledTokens() {
        return has(VitVariation.PREFIX_POOLING) ? 0 : prefixTokens();
    }

    /**
     * The number of positions: of patches and, before them, perhaps of the class token and
     * registers.
     *
     * @return N for the plain one, 0 without a table of positions
     */
    public int positions() {
        if (has(VitVariation.NO_POSITIONS)) {
            return 0;
        }
        int before = has(VitVariation.PATCH_POSITIONS) ? 0 : prefixTokens();
        if (!has(VitVariation.REGISTER_POSITIONS)) {
            before = Math.min(before, has(VitVariation.NO_CLASS_TOKEN) ? 0 : 1);
        }
        return before + gridHeight() * gridWidth();
    }

    /**
     * What a network of this geometry is made of.
     *
     * @return its parts
     */
    public VitParts parts() {
        return new VitParts(this);
    }

    @Override
    public String summary() {
        return "%sx%s pixels, patch %s, width %s, depth %s, %s heads, MLP %s, %s classes"
                .formatted(
                        imageHeight, imageWidth, patchSize, width, depth, heads, mlpWidth, classes);
    }

    /** What the head sees is twice as wide where something stands behind the class token. */
    @Override
    public int embeddingWidth() {
        boolean two = has(VitVariation.CLASS_AND_AVERAGE_POOLING) || has(VitVariation.DISTILLATION);
        return two ? 2 * width : width;
    }

    /**
     * Of each token an encoder block keeps 8·D + 2·MLP floats; gated MLPs twice as much of the
     * latter.
     */
    @Override
    public Footprint footprint() {
        double d = width;
        int matrices = has(VitVariation.SWIGLU) ? 3 : 2;
        double hidden = mlpWidth;
        return new Footprint(
                depth,
                tokens() * (8 * d + 2 * (matrices - 1) * hidden),
                tokens() * d,
                4 * d * d + matrices * d * hidden);
    }
}
