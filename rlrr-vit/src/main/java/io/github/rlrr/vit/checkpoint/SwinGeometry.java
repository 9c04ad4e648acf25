package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.part.Windows;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinVariation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the geometry of a Swin Transformer's file: of the tensors' shapes, and of the configuration
 * what they do not show.
 *
 * @param reader the file
 * @param layout its layout
 * @param said the configuration beside it; null for none
 */
record SwinGeometry(TensorReader reader, SwinLayout layout, @Nullable SwinSaid said) {

    /** Of all published ones. */
    private static final float EPSILON = 1e-5f;

    /** The last tokens of the published ones are one window. */
    private static final int STAGES = 4;

    /** log2(8 + 1) / 3: the farthest place where windows are as in training. */
    private static final double FARTHEST = Math.log(9) / Math.log(8);

    private Map<String, TensorInfo> tensors() {
        return reader.tensors();
    }

    private int size(String path, int axis) {
        return layout.naming().size(tensors(), path, axis);
    }

    private boolean has(String path) {
        return layout.naming().table().find(path) != null
                && tensors().containsKey(layout.naming().tensor(path, tensors()));
    }

    /** The file's geometry at the image size that it says or lets expect. */
    SwinConfig inferred() throws IOException {
        int width = size("patch_embed.proj.weight", 0);
        int patch = size("patch_embed.proj.weight", 2);
        boolean continuous = has("layers.0.blocks.0.attn.logit.scale");
        List<Integer> depths = new ArrayList<>();
        List<Integer> heads = new ArrayList<>();
        for (int stage = 0; depth(stage) > 0; stage++) {
            depths.add(depth(stage));
            String attention = "layers." + stage + ".blocks.0.attn.";
            heads.add(
                    continuous
                            ? size(attention + "logit.scale", 0)
                            : size(attention + "relative_position.table", 1));
        }
        int mlp = size("layers.0.blocks.0.mlp.fc2.weight", 1);
        if (width < 1 || patch < 1 || mlp < 1 || heads.contains(0)) {
            throw new IOException(
                    "%s is no whole Swin Transformer (%s): it has patches of %s pixels, width %s, heads %s, MLP %s"
                            .formatted(
                                    reader.file(),
                                    layout.naming().label(),
                                    patch,
                                    width,
                                    heads,
                                    mlp));
        }
        if (said != null) {
            said.check(reader.file().toString(), continuous, width, patch, depths, heads, mlp);
        }
        int stages = depths.size();
        List<Integer> windows = windows(stages, continuous);
        int[] image = imageSize(patch, stages, windows);
        Set<SwinVariation> variations = EnumSet.noneOf(SwinVariation.class);
        if (continuous) {
            variations.add(SwinVariation.V2);
        }
        if (layout.kind() != SwinLayout.Kind.TIMM) {
            variations.add(SwinVariation.FILLED_FIRST);
        }
        if (layout.kind() == SwinLayout.Kind.TORCHVISION) {
            variations.add(SwinVariation.WHOLE_WINDOWS);
        }
        float epsilon = said == null ? 0 : said.layerNormEpsilon();
        try {
            return new SwinConfig(
                    image[0],
                    image[1],
                    patch,
                    width,
                    depths,
                    heads,
                    windows,
                    continuous ? trained(stages, windows) : Collections.nCopies(stages, 0),
                    mlp,
                    Math.max(1, size("head.weight", 0)),
                    epsilon > 0 ? epsilon : EPSILON,
                    variations);
        } catch (IllegalArgumentException e) {
            throw new IOException(reader.file() + ": " + e.getMessage(), e);
        }
    }

    /** Whether the file has no head. */
    boolean isHeadless() {
        return size("head.weight", 0) == 0;
    }

    private int depth(int stage) {
        int depth = 0;
        while (has("layers." + stage + ".blocks." + depth + ".norm1.gamma")) {
            depth++;
        }
        return depth;
    }

    /** As said, else by the tables of square windows, else by tables that the original keeps. */
    private List<Integer> windows(int stages, boolean continuous) throws IOException {
        List<Integer> known = said == null ? null : said.windows(stages);
        List<Integer> windows = new ArrayList<>();
        for (int stage = 0; stage < stages; stage++) {
            String attention = "layers." + stage + ".blocks.0.attn.";
            int places = continuous ? 0 : size(attention + "relative_position.table", 0);
            TensorInfo coordinates = coordinates(stage);
            int side =
                    coordinates == null
                            ? (int) Math.round(Math.sqrt(places))
                            : Naming.size(coordinates, 1);
            if (known == null
                    && (side < 1 || side % 2 == 0 || (places > 0 && side * side != places))) {
                throw new IOException(
                        reader.file()
                                + " does not say how large its windows are; put the model's"
                                + " config.json beside it, with window_size");
            }
            windows.add((side + 1) / 2);
        }
        return known == null ? windows : known;
    }

    private @Nullable TensorInfo coordinates(int stage) {
        return tensors().get(coordinatesName(stage));
    }

    private String coordinatesName(int stage) {
        String out =
                layout.naming().tensor("layers." + stage + ".blocks.0.attn.out.weight", tensors());
        return out.replaceFirst("proj\\.weight$", "relative_coords_table");
    }

    private List<Integer> trained(int stages, List<Integer> windows) throws IOException {
        List<Integer> known = said == null ? null : said.trainedWindows(stages);
        if (known != null) {
            return known;
        }
        List<Integer> trained = new ArrayList<>();
        for (int stage = 0; stage < stages; stage++) {
            trained.add(coordinates(stage) == null ? 0 : trained(stage, windows.get(stage)));
        }
        return trained;
    }

    /** What the farthest place was divided by. */
    private int trained(int stage, int window) throws IOException {
        double farthest = 0;
        for (float value : reader.readFloats(coordinatesName(stage))) {
            farthest = Math.max(farthest, value);
        }
        if (window < 2 || Math.abs(farthest - FARTHEST) < 1e-4) {
            return 0;
        }
        return (int) Math.round(8 * (window - 1) / (Math.pow(8, farthest) - 1)) + 1;
    }

    private int[] imageSize(int patch, int stages, List<Integer> windows) throws IOException {
        int[] image = said == null ? null : said.imageSize();
        String text = reader.metadata().getOrDefault(FileGeometry.IMAGE_SIZE, "");
        if (image == null && text.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
            String[] sides = text.split("x", 2);
            image = new int[] {Integer.parseInt(sides[0]), Integer.parseInt(sides[1])};
        }
        if (image == null && stages == STAGES) {
            int side = (windows.get(stages - 1) * patch) << (stages - 1);
            image = new int[] {side, side};
        }
        if (image == null) {
            throw new IOException(
                    reader.file()
                            + " does not say for which image size it is; put the model's"
                            + " config.json beside it");
        }
        return image;
    }

    /**
     * A geometry the caller wants, once it fits the file: another image size or other windows
     * alone.
     */
    SwinConfig checked(SwinConfig own, BackboneConfig wanted) throws IOException {
        SwinConfig config = own.withImageSize(wanted.imageHeight(), wanted.imageWidth());
        if (isHeadless()) {
            config = config.withClasses(wanted.classes());
        }
        boolean continuous = own.has(SwinVariation.V2);
        if (wanted instanceof SwinConfig other) {
            config =
                    config.withWindows(
                            other.windows(),
                            continuous ? other.trainedWindows() : own.trainedWindows());
        }
        if (!config.equals(wanted)) {
            throw new IOException(
                    "%s is not of this geometry: %s (expected %s); leave it out to read it off the file"
                            .formatted(reader.file(), config.summary(), wanted.summary()));
        }
        if (!continuous && layout.kind().tables == null) {
            requireWindows(own, config);
        } else if (continuous && layout.kind() == SwinLayout.Kind.HUGGINGFACE) {
            try {
                SwinFiles.requireHeightAlone(config);
            } catch (IllegalArgumentException e) {
                throw new IOException(reader.file() + ": " + e.getMessage(), e);
            }
        }
        return config;
    }

    /** Tables belong to windows of one size, and some libraries resize none. */
    private void requireWindows(SwinConfig own, SwinConfig config) throws IOException {
        for (int stage = 0; stage < own.stages(); stage++) {
            Windows before = own.windows(stage, 0);
            Windows after = config.windows(stage, 0);
            if (before.height() != after.height() || before.width() != after.width()) {
                throw new IOException(
                        "%s (%s): at %sx%s pixels stage %s has a grid of %sx%s tokens and windows of %sx%s, but the file's relative positions are of %sx%s, and its library resizes none; choose larger images, or the same weights in timm's layout"
                                .formatted(
                                        reader.file(),
                                        layout.naming().label(),
                                        config.imageHeight(),
                                        config.imageWidth(),
                                        stage,
                                        after.gridHeight(),
                                        after.gridWidth(),
                                        after.height(),
                                        after.width(),
                                        before.height(),
                                        before.width()));
            }
        }
    }
}
