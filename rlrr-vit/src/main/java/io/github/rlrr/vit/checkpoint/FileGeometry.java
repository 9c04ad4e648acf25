package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.PoolingSize;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Geometry;
import io.github.rlrr.vit.checkpoint.ModelConfig.Said;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The geometry of a file: what its tensors' shapes tell, its configuration says, and neither.
 *
 * @param reader the file
 * @param layout its layout
 * @param said the configuration beside it, or null
 */
record FileGeometry(TensorReader reader, CheckpointLayout layout, @Nullable ModelConfig said) {

    private static final Logger LOG = LoggerFactory.getLogger(FileGeometry.class);

    /** Metadata of safetensors files that this library writes. */
    static final String HEADS = "heads";

    /** The heads of a pooling by attention, where they are not the blocks'; metadata likewise. */
    static final String POOLING_HEADS = "pooling_heads";

    /** Height and width of the input in pixels, such as 224x224; metadata like {@link #HEADS}. */
    static final String IMAGE_SIZE = "image_size";

    /** The width of a head in most Vision Transformers. */
    private static final int USUAL_HEAD_WIDTH = 64;

    /** What the file is, for a caller who knows nothing of it. */
    VitConfig inferred() throws IOException {
        Geometry found = shapes();
        int heads = heads(found);
        int[] image = imageSize(found);
        Rotary rotary = rotation();
        if (image == null) {
            requirePositions(found);
            requireClassToken(found);
            throw new IOException(
                    reader.file()
                            + " has "
                            + found.positions()
                            + " position embeddings, expected those of a square grid of patches,"
                            + " perhaps with one for the class token; say the image's height and width with"
                            + " image_size in a config.json, or in Java with a VitConfig");
        }
        if (said != null && said.unknownKind() != null) {
            Warnings.once(
                    LOG,
                    "%s: %s is not known here: activation and pooling are taken for a plain one's where model_args does not say them"
                            .formatted(said.json().file(), said.unknownKind()));
        }
        if (heads == 0) {
            heads = Math.max(1, found.width() / USUAL_HEAD_WIDTH);
            Warnings.once(
                    LOG,
                    "%s does not say how many attention heads there are: taking %s for its width %s; another number gives wrong results, so say it with num_attention_heads in a config.json, a metadata entry \"heads\", or in Java with VitConfig.withHeads"
                            .formatted(reader.file(), heads, found.width()));
        }
        try {
            return known(
                    found,
                    new VitConfig(
                            image[0],
                            image[1],
                            found.patchSize(),
                            found.width(),
                            found.depth(),
                            heads,
                            found.mlpWidth(),
                            Math.max(1, found.classes()),
                            layerNormEpsilon(),
                            found.registers(),
                            variations(found, image),
                            rotary,
                            pooling(found, heads)));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    reader.file() + " is no complete Vision Transformer: " + e.getMessage(), e);
        }
    }

    /** The shapes' geometry, after the configuration was found to agree with it. */
    private Geometry shapes() throws IOException {
        Geometry found = layout.geometry(reader.tensors());
        FamilyCheck.check(reader.file(), layout, said);
        if (said != null) {
            for (ModelConfig.Claim claim : said.claims()) {
                int size = claim.size().of(found);
                if (size != claim.value()) {
                    throw new IOException(
                            "%s: %s is %s, but %s has %s %s; expected files that belong together"
                                    .formatted(
                                            said.json().file(),
                                            claim.key(),
                                            claim.value(),
                                            reader.file(),
                                            claim.size().words,
                                            size));
                }
            }
        }
        return found;
    }

    /**
     * What the shapes tell, after the configuration was found to agree, and what only that says.
     */
    private Set<VitVariation> variations(Geometry found, int @Nullable [] image)
            throws IOException {
        Set<VitVariation> all = EnumSet.noneOf(VitVariation.class);
        all.addAll(found.variations());
        boolean classToken = !all.contains(VitVariation.NO_CLASS_TOKEN);
        if (image != null && found.patchSize() > 0 && found.positions() > 0) {
            long before = found.positions() - patches(found, image);
            if (before == 0 && classToken) {
                all.add(VitVariation.PATCH_POSITIONS);
            } else if (before > (classToken ? 1 : 0)) {
                all.add(VitVariation.REGISTER_POSITIONS);
            }
        }
        if (said != null) {
            for (Map.Entry<VitVariation, Said> entry : said.variations().entrySet()) {
                VitVariation variation = entry.getKey();
                if (variation.isShown() && entry.getValue().has() != all.contains(variation)) {
                    throw contradiction(variation, entry.getValue());
                }
                if (entry.getValue().has()) {
                    all.add(variation);
                }
            }
        }
        return all;
    }

    private @Nullable PoolingSize pooling(Geometry found, int heads) throws IOException {
        int pooling = said == null ? number(POOLING_HEADS) : said.poolingHeads();
        return found.poolingMlpWidth() == 0
                ? null
                : new PoolingSize(pooling == 0 ? heads : pooling, found.poolingMlpWidth());
    }

    private @Nullable Rotary rotation() throws IOException {
        return FileRotation.of(reader, layout, said);
    }

    private IOException contradiction(VitVariation variation, Said words) {
        String sign = variation.sign();
        String weights =
                sign == null
                        ? "'s tensors say otherwise"
                        : (words.has() == variation.present() ? " has no " : " has a ")
                                + layout.tensor(sign, reader.tensors());
        return new IOException(
                "%s: %s is %s, but %s%s; expected files that belong together"
                        .formatted(
                                Objects.requireNonNull(said).json().file(),
                                words.key(),
                                words.value(),
                                reader.file(),
                                weights));
    }

    private static long patches(Geometry found, int[] image) {
        return (long) (image[0] / found.patchSize()) * (image[1] / found.patchSize());
    }

    private float layerNormEpsilon() throws IOException {
        float epsilon = said == null ? 0 : said.layerNormEpsilon();
        return epsilon > 0 ? epsilon : layout.layerNormEpsilon();
    }

    /** The number of heads: of the shapes, the configuration, the metadata, a preset; else 0. */
    private int heads(Geometry found) throws IOException {
        int known = saidHeads(found);
        if (known > 0) {
            return known;
        }
        for (String preset : VitConfig.presetNames()) {
            if (VitConfig.named(preset).width() == found.width()) {
                return VitConfig.named(preset).heads();
            }
        }
        return 0;
    }

    private int saidHeads(Geometry found) throws IOException {
        int heads = found.heads();
        if (heads == 0 && said != null) {
            heads = said.heads(found.width());
        }
        return heads == 0 ? number(HEADS) : heads;
    }

    /** A number of the metadata, or 0. */
    private int number(String key) {
        String text = reader.metadata().getOrDefault(key, "");
        return text.matches("[1-9]\\d{0,3}") ? Integer.parseInt(text) : 0;
    }

    /** Height and width of the file's own input: as said, else of a square grid; else null. */
    private int @Nullable [] imageSize(Geometry found) throws IOException {
        int patch = found.patchSize();
        int most = found.variations().contains(VitVariation.NO_CLASS_TOKEN) ? 0 : 1;
        List<Integer> possible = List.of(most, 0, most + found.registers());
        int[] image = saidImageSize();
        if (found.places() > 0 && patch > 0) {
            int side = (int) Math.round(Math.sqrt(found.places() - 3.0)) / 2 + 1;
            int[] square = {side * patch, side * patch};
            image = image == null ? square : image;
            if (found.places() != PositionEmbedding.places(image[0] / patch, image[1] / patch)) {
                throw new IOException(
                        "%s has %s relative positions, which are none of %sx%s pixels in patches of %s; say the size with image_size in a config.json"
                                .formatted(
                                        reader.file(), found.places(), image[0], image[1], patch));
            }
        }
        if (image != null) {
            if (patch < 1
                    || (placed(found)
                            && !possible.contains(
                                    found.positions() - (int) patches(found, image)))) {
                throw mismatch(found, image, most);
            }
            return image;
        }
        if (!placed(found)) {
            int usual = DinoV3Layout.IMAGE_SIZE;
            return DinoV3Layout.isMetas(reader) ? new int[] {usual, usual} : null;
        }
        // Nine may be 3x3 patches, or 2x4 and a class token.
        Said alone = said == null ? null : said.variations().get(VitVariation.PATCH_POSITIONS);
        boolean told = (alone != null && alone.has()) || found.registers() > 0;
        for (int before : told ? possible : List.of(most)) {
            int patches = found.positions() - before;
            int grid = (int) Math.round(Math.sqrt(Math.max(0, patches)));
            if ((patches > 0 && grid * grid == patches) || found.positions() < 1) {
                return new int[] {grid * patch, grid * patch};
            }
        }
        return null;
    }

    /** Whether there is a table of positions. */
    private static boolean placed(Geometry found) {
        return !found.variations().contains(VitVariation.NO_POSITIONS);
    }

    private void requirePositions(Geometry found) throws IOException {
        if (!placed(found) && found.places() == 0 && rotation() == null) {
            throw new IOException(
                    reader.file()
                            + " has no table of positions, and no rotation says where patches are");
        }
    }

    /** Refuses what no model of the layout has. */
    private VitConfig known(Geometry found, VitConfig config) throws IOException {
        requirePositions(found);
        if (!VitLayout.reads(layout, config, found.classes() == 0)) {
            throw new IOException(
                    "%s: no model of the layout of %s is of this kind: %s; expected a file that timm, Hugging Face or Google made"
                            .formatted(reader.file(), layout.label(), config.variations()));
        }
        return config;
    }

    /** One position more than patches, but no class token: something is missing. */
    private void requireClassToken(Geometry found) throws IOException {
        int patches = found.positions() - 1;
        int grid = (int) Math.round(Math.sqrt(Math.max(0, patches)));
        if (found.variations().contains(VitVariation.NO_CLASS_TOKEN) && grid * grid == patches) {
            throw new IOException(
                    "%s: tensor \"%s\" is missing, though there is a position for it"
                            .formatted(
                                    reader.file(), layout.tensor("cls_token", reader.tensors())));
        }
    }

    private IOException mismatch(Geometry found, int[] image, int most) {
        int patch = Math.max(1, found.patchSize());
        long patches = (long) (image[0] / patch) * (image[1] / patch);
        return new IOException(
                "%s has %s position embeddings, but its configuration says %sx%s pixels in patches of %s; expected %s%s"
                        .formatted(
                                reader.file(),
                                found.positions(),
                                image[0],
                                image[1],
                                found.patchSize(),
                                patches + most,
                                most == 0 ? "" : ", or one less for positions of patches alone"));
    }

    private int @Nullable [] saidImageSize() throws IOException {
        int[] image = said == null ? null : said.imageSize();
        String text = reader.metadata().getOrDefault(IMAGE_SIZE, "");
        if (image == null && text.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
            String[] sides = text.split("x", 2);
            image = new int[] {Integer.parseInt(sides[0]), Integer.parseInt(sides[1])};
        }
        return image;
    }

    /**
     * A geometry the caller wants, once it fits the file: with the file's classes and variations,
     * and the ε of its configuration where that says one.
     */
    VitConfig checked(VitConfig wanted) throws IOException {
        Geometry found = shapes();
        List<String> faults = new ArrayList<>();
        compare(faults, "width", found.width(), wanted.width());
        compare(faults, "depth", found.depth(), wanted.depth());
        compare(faults, "patch size", found.patchSize(), wanted.patchSize());
        compare(faults, "MLP width", found.mlpWidth(), wanted.mlpWidth());
        int heads = found.heads() == 0 && said != null ? said.heads(found.width()) : found.heads();
        if (heads != 0) {
            compare(faults, "heads", heads, wanted.heads());
        }
        if (!faults.isEmpty()) {
            throw new IOException(
                    reader.file()
                            + " is not of this geometry: "
                            + String.join(", ", faults)
                            + "; choose the preset that fits, or leave it out to read the geometry"
                            + " off the file");
        }
        float epsilon = said == null ? 0 : said.layerNormEpsilon();
        VitConfig config = epsilon > 0 ? wanted.withLayerNormEpsilon(epsilon) : wanted;
        if (epsilon == 0 && wanted.layerNormEpsilon() != layout.layerNormEpsilon()) {
            LOG.warn(
                    "{}: layer norms with epsilon {} as given; models of this layout ({}) have {},"
                            + " unless their configuration says otherwise",
                    reader.file(),
                    wanted.layerNormEpsilon(),
                    layout.label(),
                    layout.layerNormEpsilon());
        }
        return known(
                found,
                config.withVariations(variations(found, imageSize(found)), found.registers())
                        .withRotary(rotation())
                        .withPooling(pooling(found, config.heads()))
                        .withClasses(found.classes() == 0 ? wanted.classes() : found.classes()));
    }

    private static void compare(List<String> faults, String what, int found, int expected) {
        if (found != expected) {
            faults.add(what + " " + found + " (expected " + expected + ")");
        }
    }

    /** The same geometry at the file's own image size, from which positions may be resized. */
    VitConfig own(VitConfig config) throws IOException {
        Geometry found = layout.geometry(reader.tensors());
        int[] image = imageSize(found);
        boolean nothing = !placed(found) && found.places() == 0;
        if (nothing || (image == null && found.positions() == config.positions())) {
            return config;
        }
        if (image == null || (placed(found) && found.positions() < 2)) {
            throw new IOException(
                    reader.file()
                            + " has "
                            + found.positions()
                            + " position embeddings, expected "
                            + config.positions()
                            + " or those of a square grid of patches");
        }
        return config.withImageSize(image[0], image[1]);
    }
}
