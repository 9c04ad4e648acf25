package io.github.rlrr.vit.swin;

import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.part.Windows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The geometry of a Swin Transformer: stages, each with half the rows and columns of tokens of the
 * one before it, and tokens twice as wide.
 *
 * <p>Source: Liu et al., Swin Transformer, ICCV 2021, table 7; Swin Transformer V2, CVPR 2022.
 *
 * @param imageHeight input height in pixels, a multiple of the patch size
 * @param imageWidth input width in pixels, a multiple of the patch size
 * @param patchSize the side of a patch in pixels
 * @param width C, the size of a token in the first stage
 * @param depths the number of blocks of each stage
 * @param heads the number of attention heads of each stage
 * @param windows the side of a window of each stage, in tokens; smaller where the grid is
 * @param trainedWindows the sides that relative places are measured by, of each stage; 0 for the
 *     window's own. For {@link SwinVariation#V2} alone
 * @param mlpWidth the hidden size of an MLP of the first stage; it doubles with the tokens
 * @param classes the number of outputs of the head
 * @param layerNormEpsilon ε of every layer norm
 * @param variations what it has unlike the first one
 */
public record SwinConfig(
        int imageHeight,
        int imageWidth,
        int patchSize,
        int width,
        List<Integer> depths,
        List<Integer> heads,
        List<Integer> windows,
        List<Integer> trainedWindows,
        int mlpWidth,
        int classes,
        float layerNormEpsilon,
        Set<SwinVariation> variations)
        implements BackboneConfig {

    /** The most pixels on a side of the input. */
    public static final int MAX_SIDE = 4096;

    /**
     * Checks the geometry.
     *
     * @param imageHeight as the record has it
     * @param imageWidth as the record has it
     * @param patchSize as the record has it
     * @param width as the record has it
     * @param depths as the record has it
     * @param heads as the record has it
     * @param windows as the record has it
     * @param trainedWindows as the record has it
     * @param mlpWidth as the record has it
     * @param classes as the record has it
     * @param layerNormEpsilon as the record has it
     * @param variations as the record has it
     * @throws IllegalArgumentException with every fault in one message
     */
    public SwinConfig {
        depths = List.copyOf(depths);
        heads = List.copyOf(heads);
        windows = List.copyOf(windows);
        trainedWindows = List.copyOf(trainedWindows);
        variations = Set.copyOf(variations);
        List<String> faults = new ArrayList<>();
        int[] sizes = {imageHeight, imageWidth, patchSize, width, mlpWidth, classes, depths.size()};
        String[] names =
                "imageHeight imageWidth patchSize width mlpWidth classes stages".split(" ", -1);
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 1) {
                faults.add(names[i] + " is " + sizes[i] + ", expected at least 1");
            }
        }
        checkStages(faults, "depths", depths, depths.size(), 1);
        checkStages(faults, "heads", heads, depths.size(), 1);
        checkStages(faults, "windows", windows, depths.size(), 1);
        checkStages(faults, "trainedWindows", trainedWindows, depths.size(), 0);
        if (faults.isEmpty() && (imageHeight % patchSize != 0 || imageWidth % patchSize != 0)) {
            faults.add(
                    "the image of %s×%s pixels is no multiple of the patch size %s"
                            .formatted(imageHeight, imageWidth, patchSize));
        }
        if (imageHeight > MAX_SIDE || imageWidth > MAX_SIDE) {
            faults.add(
                    "the image of %s×%s pixels is larger than %s on a side"
                            .formatted(imageHeight, imageWidth, MAX_SIDE));
        }
        for (int i = 0; i < depths.size() && faults.isEmpty(); i++) {
            if ((width << i) % heads.get(i) != 0) {
                faults.add(
                        "the width %s of stage %s is no multiple of %s heads"
                                .formatted(width << i, i, heads.get(i)));
            }
        }
        if (!(layerNormEpsilon > 0)) {
            faults.add("layerNormEpsilon is " + layerNormEpsilon + ", expected more than 0");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    private static void checkStages(
            List<String> faults, String name, List<Integer> values, int stages, int least) {
        if (values.size() != stages || values.stream().anyMatch(value -> value < least)) {
            faults.add(
                    "%s is %s, expected %s numbers of at least %s"
                            .formatted(name, values, stages, least));
        }
    }

    /**
     * The same geometry with another number of classes.
     *
     * @param count the number of outputs
     * @return a new configuration
     */
    public SwinConfig withClasses(int count) {
        return with(imageHeight, imageWidth, windows, trainedWindows, count, variations);
    }

    /**
     * The same geometry with other windows, as where images grow. A checkpoint's tables of relative
     * positions are resized to them, where its library does that.
     *
     * @param sides of a window of each stage, in tokens
     * @param trained the sides that relative places are measured by; 0 for the window's own
     * @return a new configuration
     */
    public SwinConfig withWindows(List<Integer> sides, List<Integer> trained) {
        return with(imageHeight, imageWidth, sides, trained, classes, variations);
    }

    /**
     * The same geometry without some variations.
     *
     * @param absent which
     * @return a new configuration
     */
    public SwinConfig without(SwinVariation... absent) {
        Set<SwinVariation> others = new HashSet<>(variations);
        others.removeAll(List.of(absent));
        return with(imageHeight, imageWidth, windows, trainedWindows, classes, others);
    }

    /**
     * The same geometry with one more variation.
     *
     * @param variation which
     * @return a new configuration
     */
    public SwinConfig with(SwinVariation variation) {
        Set<SwinVariation> others = new HashSet<>(variations);
        others.add(variation);
        return with(imageHeight, imageWidth, windows, trainedWindows, classes, others);
    }

    @Override
    public SwinConfig withImageSize(int height, int newWidth) {
        return with(height, newWidth, windows, trainedWindows, classes, variations);
    }

    private SwinConfig with(
            int newHeight,
            int newWidth,
            List<Integer> sides,
            List<Integer> trained,
            int newClasses,
            Set<SwinVariation> others) {
        return new SwinConfig(
                newHeight,
                newWidth,
                patchSize,
                width,
                depths,
                heads,
                sides,
                trained,
                mlpWidth,
                newClasses,
                layerNormEpsilon,
                others);
    }

    /**
     * Whether it has a variation.
     *
     * @param variation which
     * @return true for one of {@link #variations}
     */
    public boolean has(SwinVariation variation) {
        return variations.contains(variation);
    }

    /**
     * The number of stages.
     *
     * @return 4 for the published ones
     */
    public int stages() {
        return depths.size();
    }

    /**
     * The size of a token.
     *
     * @param stage from 0
     * @return C·2^stage
     */
    public int width(int stage) {
        return width << stage;
    }

    /**
     * Rows of tokens.
     *
     * @param stage from 0
     * @return the rows
     */
    public int gridHeight(int stage) {
        return halved(imageHeight / patchSize, stage);
    }

    /**
     * Columns of tokens.
     *
     * @param stage from 0
     * @return the columns
     */
    public int gridWidth(int stage) {
        return halved(imageWidth / patchSize, stage);
    }

    private static int halved(int side, int times) {
        return (side + (1 << times) - 1) >> times;
    }

    /**
     * How a block's grid is cut: every second block shifts it by half a window.
     *
     * @param stage from 0
     * @param block from 0, in its stage
     * @return the windows
     */
    public Windows windows(int stage, int block) {
        int side = windows.get(stage);
        int shift = block % 2 == 0 ? 0 : side / 2;
        int rows = gridHeight(stage);
        int columns = gridWidth(stage);
        boolean whole = has(SwinVariation.WHOLE_WINDOWS);
        boolean filledFirst = has(SwinVariation.FILLED_FIRST);
        int smaller = Math.min(rows, columns);
        if (filledFirst && !whole && smaller <= side) {
            // The original looks at the shorter side alone.
            return new Windows(rows, columns, smaller, smaller, 0, 0, true);
        }
        return new Windows(
                rows,
                columns,
                whole ? side : Math.min(rows, side),
                whole ? side : Math.min(columns, side),
                rows <= side ? 0 : shift,
                columns <= side ? 0 : shift,
                filledFirst);
    }

    /**
     * What a network of this geometry is made of.
     *
     * @return its parts
     */
    public SwinParts parts() {
        return new SwinParts(this);
    }

    @Override
    public int embeddingWidth() {
        return width(stages() - 1);
    }

    @Override
    public String summary() {
        return "%sx%s pixels, patch %s, width %s, depths %s, heads %s, windows %s, MLP %s, %s classes"
                .formatted(
                        imageHeight,
                        imageWidth,
                        patchSize,
                        width,
                        depths,
                        heads,
                        windows,
                        mlpWidth,
                        classes);
    }

    /** Of each token a block keeps 10·D + 2·MLP floats, twice more for what windows rearrange. */
    @Override
    public Footprint footprint() {
        double kept = 0;
        double between = 0;
        double weights = 0;
        int blocks = 0;
        for (int i = 0; i < stages(); i++) {
            int depth = depths.get(i);
            double d = width(i);
            double tokens = (double) gridHeight(i) * gridWidth(i);
            double hidden = (double) mlpWidth * (1 << i);
            blocks += depth;
            kept += depth * tokens * (10 * d + 2 * hidden);
            between += depth * tokens * d;
            weights += depth * (4 * d * d + 2 * d * hidden);
        }
        return new Footprint(blocks, kept / blocks, between / blocks, weights / blocks);
    }
}
