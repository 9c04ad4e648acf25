package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.io.DistinctNames;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config.json} that timm writes for a hub: {@code architecture}, {@code model_args},
 * {@code pretrained_cfg}, {@code label_names}. {@code layer_norm_eps} and {@code sixteen_bit} are
 * this library's additions.
 *
 * @param json the whole file
 * @param architecture what its {@code architecture} means; null for one that timm does not have
 * @param pretrained its {@code pretrained_cfg}, or null
 * @param arguments its {@code model_args}, or null
 */
record TimmConfig(
        JsonFields json,
        @Nullable TimmArchitecture architecture,
        @Nullable JsonFields pretrained,
        @Nullable JsonFields arguments)
        implements ModelConfig {

    /** What timm takes where a configuration does not say. */
    private static final double DEFAULT_CROP = 0.875;

    private static final List<List<TimmArgument>> TABLES =
            List.of(TimmLayout.ARGUMENTS, EvaFiles.ARGUMENTS, BeitFiles.ARGUMENTS);

    /** What arguments say, as they are read. */
    private static final Set<VitVariation> SAYABLE =
            TABLES.stream()
                    .flatMap(List::stream)
                    .flatMap(argument -> argument.values().keySet().stream())
                    .collect(Collectors.toUnmodifiableSet());

    static TimmConfig of(JsonFields json) throws IOException {
        TimmArchitecture architecture = TimmArchitecture.of(json.text("architecture", ""));
        if (architecture != null && architecture.missing() != null) {
            throw json.unsupported("architecture", architecture.missing());
        }
        JsonFields pretrained = json.object("pretrained_cfg");
        JsonFields arguments = json.object("model_args");
        TimmConfig config = new TimmConfig(json, architecture, pretrained, arguments);
        config.variations();
        return config;
    }

    @Override
    public Map<VitVariation, Said> variations() throws IOException {
        Map<VitVariation, Said> said = new EnumMap<>(VitVariation.class);
        if (architecture != null) {
            for (VitVariation variation : VitVariation.values()) {
                // Tensors show what arguments may have changed that are not read.
                if (arguments == null || !variation.isShown() || SAYABLE.contains(variation)) {
                    said.put(variation, said(json, "architecture", has(variation)));
                }
            }
            boolean mean = has(VitVariation.NORMED_AVERAGE_POOLING);
            said.computeIfPresent(
                    VitVariation.AVERAGE_POOLING, (key, words) -> words.with(mean || words.has()));
        }
        for (JsonFields from : arguments == null ? List.of(json) : List.of(json, arguments)) {
            for (List<TimmArgument> table : TABLES) {
                for (TimmArgument argument : table) {
                    argument.read(from)
                            .forEach(
                                    (variation, has) ->
                                            said.put(variation, said(from, argument.key(), has)));
                }
            }
        }
        sayFinalNorm(said);
        sayWhichMean(said);
        sayWhatIsPlaced(said);
        return said;
    }

    /** Eva's last norm goes where another one follows the pooling, or where it is said to. */
    private void sayFinalNorm(Map<VitVariation, Said> said) throws IOException {
        if (arguments != null && arguments.has(EvaFiles.FINAL_NORM)) {
            boolean none =
                    !arguments.flag(EvaFiles.FINAL_NORM, true)
                            && !arguments.flag(EvaFiles.POOLED_NORM, false);
            said.put(VitVariation.NO_FINAL_NORM, said(arguments, EvaFiles.FINAL_NORM, none));
        }
    }

    /** {@code no_embed_class} is of registers, too; without a class token of them alone. */
    private void sayWhatIsPlaced(Map<VitVariation, Said> said) {
        Said registers = said.get(VitVariation.REGISTERS);
        Said alone = said.get(VitVariation.PATCH_POSITIONS);
        if (registers == null || alone == null) {
            return;
        }
        boolean argued = arguments != null && arguments.has("no_embed_class");
        boolean named =
                has(VitVariation.REGISTERS)
                        && !has(VitVariation.REGISTER_POSITIONS)
                        && architecture != null;
        Said none = said.get(VitVariation.NO_POSITIONS);
        boolean unplaced = alone.has() || (named && !argued) || (none != null && none.has());
        said.put(VitVariation.REGISTER_POSITIONS, registers.with(registers.has() && !unplaced));
        Said noClassToken = said.get(VitVariation.NO_CLASS_TOKEN);
        if (noClassToken != null && noClassToken.has()) {
            said.put(VitVariation.PATCH_POSITIONS, alone.with(false));
        }
    }

    /**
     * "avg" means either mean of patches: the architecture says which, unless {@code fc_norm} does.
     */
    private void sayWhichMean(Map<VitVariation, Said> said) throws IOException {
        Said pool = said.get(VitVariation.AVERAGE_POOLING);
        if (pool == null) {
            return;
        }
        Said norm = said.get(VitVariation.NO_FINAL_NORM);
        boolean normed = has(VitVariation.NORMED_AVERAGE_POOLING) || (norm != null && norm.has());
        for (String key : List.of("fc_norm", EvaFiles.POOLED_NORM)) {
            if (pool.has() && arguments != null && arguments.has(key)) {
                normed = !arguments.flag(key, true);
                pool = said(arguments, key, true);
            }
        }
        said.put(VitVariation.AVERAGE_POOLING, pool.with(pool.has() && !normed));
        said.put(VitVariation.NORMED_AVERAGE_POOLING, pool.with(pool.has() && normed));
    }

    /** Whether the architecture has a variation. */
    private boolean has(VitVariation variation) {
        return architecture != null && architecture.variations().contains(variation);
    }

    @Override
    public boolean saysRotation() throws IOException {
        return architecture != null || (arguments != null && arguments.has(EvaRotation.USED));
    }

    @Override
    public @Nullable Rotary rotary() throws IOException {
        Rotary usual = architecture == null ? null : architecture.rotary();
        return EvaRotation.read(json, arguments, usual);
    }

    /** As timm does it for these names: two RADIOs go from corner to corner. */
    @Override
    public PositionEmbedding.@Nullable Rule positions() {
        String name = architecture == null ? "" : architecture.name();
        if (name.matches(".*(base|huge)_patch16_radio_v3.*")) {
            return PositionEmbedding.Rule.LINEAR;
        }
        return name.contains("flexi") || name.contains("radio")
                ? PositionEmbedding.Rule.LINEAR_CENTRED
                : null;
    }

    @Override
    public @Nullable String unknownKind() throws IOException {
        String name = json.text("architecture", "");
        return architecture == null && !name.isEmpty() ? "architecture \"" + name + '"' : null;
    }

    private static Said said(JsonFields from, String key, boolean has) {
        return new Said(from.prefix() + key, from.json().get(key).toString(), has);
    }

    @Override
    public int heads(int width) throws IOException {
        if (arguments != null && arguments.has("num_heads")) {
            return arguments.size("num_heads", 0);
        }
        return architecture == null ? 0 : architecture.heads();
    }

    @Override
    public List<Integer> keyHeads() throws IOException {
        int[] said = arguments == null ? null : arguments.sizes(EvaFiles.KEY_HEADS);
        return said == null ? List.of() : IntStream.of(said).boxed().toList();
    }

    @Override
    public int poolingHeads() throws IOException {
        int usual = architecture == null ? 0 : architecture.poolingHeads();
        return arguments == null || !arguments.json().has(EvaFiles.POOLING_HEADS)
                ? usual
                : arguments.size(EvaFiles.POOLING_HEADS, 0);
    }

    @Override
    public float layerNormEpsilon() throws IOException {
        double epsilon = json.number("layer_norm_eps", 0);
        if (json.has("layer_norm_eps") && !((float) epsilon > 0)) {
            throw json.fault("layer_norm_eps", "a number above 0");
        }
        return epsilon > 0 || architecture == null ? (float) epsilon : architecture.epsilon();
    }

    @Override
    public int @Nullable [] imageSize() throws IOException {
        if (arguments != null && arguments.has("img_size")) {
            return HuggingFaceConfig.square(arguments, "img_size");
        }
        int[] input = pretrained == null ? null : pretrained.sizes("input_size");
        if (pretrained != null && input != null && input.length != 3) {
            throw pretrained.fault("input_size", "channels, height and width");
        }
        return input == null ? null : new int[] {input[1], input[2]};
    }

    @Override
    public List<Claim> claims() throws IOException {
        List<Claim> claims = new ArrayList<>();
        if (arguments != null) {
            claim(claims, arguments, Size.WIDTH, "embed_dim");
            claim(claims, arguments, Size.DEPTH, "depth");
            claim(claims, arguments, Size.PATCH_SIZE, "patch_size");
        }
        if (json.size("num_features", 0) > 0) {
            claim(claims, json, Size.WIDTH, "num_features");
        }
        return claims;
    }

    private static void claim(List<Claim> claims, JsonFields from, Size size, String key)
            throws IOException {
        if (from.has(key)) {
            claims.add(new Claim(size, from.prefix() + key, from.size(key, 0)));
        }
    }

    @Override
    public List<String> classNames() throws IOException {
        List<String> names = json.texts("label_names");
        if (names.isEmpty() && pretrained != null) {
            names = pretrained.texts("label_names");
        }
        return DistinctNames.of(names, json.file() + ": label_names");
    }

    @Override
    public Optional<Preprocessing> preprocessing(BackboneConfig geometry) throws IOException {
        if (pretrained == null) {
            return Optional.empty();
        }
        List<Float> mean = pretrained.colours("mean");
        List<Float> std = pretrained.colours("std");
        if (mean == null || std == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Preprocessing(
                            geometry.imageHeight(),
                            geometry.imageWidth(),
                            filter(pretrained),
                            mean,
                            std,
                            new Crop(mode(pretrained), pretrained.number("crop_pct", DEFAULT_CROP)),
                            sixteenBit()));
        } catch (IllegalArgumentException e) {
            throw new IOException(json.file() + ": " + e.getMessage(), e);
        }
    }

    private static Interpolation filter(JsonFields pretrained) throws IOException {
        return switch (pretrained.text("interpolation", "bicubic").toLowerCase(Locale.ROOT)) {
            case "bicubic" -> Interpolation.BICUBIC;
            case "bilinear" -> Interpolation.BILINEAR;
            default -> throw pretrained.fault("interpolation", "bicubic or bilinear");
        };
    }

    private static Crop.Mode mode(JsonFields pretrained) throws IOException {
        return switch (pretrained.text("crop_mode", "center")) {
            case "center" -> Crop.Mode.CENTER;
            case "squash" -> Crop.Mode.SQUASH;
            default -> throw pretrained.fault("crop_mode", "center or squash");
        };
    }
}
