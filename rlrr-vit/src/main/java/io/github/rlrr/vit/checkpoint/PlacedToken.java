package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

/**
 * A class token that has a position beside registers that have none, as in DINOv2. timm has no such
 * model, but the same one with the position already added to the token: {@code cls_token +
 * pos_embed[:, 0]}, a table of patches alone.
 */
final class PlacedToken {

    private PlacedToken() {}

    /** Whether a model is written with the position added to the token. */
    private static boolean isAdded(VitLayout layout, VitConfig config) {
        Set<VitVariation> has = config.variations();
        return layout == VitLayout.TIMM
                && has.contains(VitVariation.REGISTERS)
                && !has.contains(VitVariation.NO_CLASS_TOKEN)
                && !has.contains(VitVariation.NO_POSITIONS)
                && !has.contains(VitVariation.PATCH_POSITIONS)
                && !has.contains(VitVariation.REGISTER_POSITIONS);
    }

    /** What a layout writes of a model, which computes the same. */
    static VitConfig written(VitLayout layout, VitConfig config) {
        if (!isAdded(layout, config)) {
            return config;
        }
        Set<VitVariation> has = EnumSet.of(VitVariation.PATCH_POSITIONS);
        has.addAll(config.variations());
        return config.withVariations(has, config.registers());
    }

    /**
     * The values that are written.
     *
     * @param values of the model's parameters, by path
     */
    static Function<String, float[]> written(
            VitLayout layout, VitConfig config, Function<String, float[]> values) {
        if (!isAdded(layout, config)) {
            return values;
        }
        return path -> {
            float[] own = values.apply(path);
            if (path.equals("pos_embed")) {
                return Arrays.copyOfRange(own, config.width(), own.length);
            }
            if (path.equals("cls_token")) {
                float[] places = values.apply("pos_embed");
                for (int i = 0; i < own.length; i++) {
                    own[i] += places[i];
                }
            }
            return own;
        };
    }
}
