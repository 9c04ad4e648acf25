package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The arguments of timm's class {@code Beit}, which alone has relative positions. */
final class BeitFiles {

    /** Those that the other classes do not have. */
    static final List<TimmArgument> ARGUMENTS =
            TimmArgument.table(
                    """
                    use_rel_pos_bias         false  RELATIVE_POSITIONS  true
                    use_shared_rel_pos_bias  false
                    """);

    static final String ARCHITECTURE = "beit_base_patch16_224";

    private static final Set<VitVariation> KNOWN =
            EnumSet.of(
                    VitVariation.RELATIVE_POSITIONS,
                    VitVariation.NO_POSITIONS,
                    VitVariation.NO_KEY_BIAS,
                    VitVariation.NO_QKV_BIAS,
                    VitVariation.LAYER_SCALE,
                    VitVariation.AVERAGE_POOLING,
                    VitVariation.NORMED_AVERAGE_POOLING);

    private BeitFiles() {}

    /** Whether timm has a model in this class alone. */
    static boolean isOne(VitConfig config) {
        return config.variations().contains(VitVariation.RELATIVE_POSITIONS);
    }

    /** Whether timm's arguments can ask for a model of this class. */
    static boolean canSay(VitConfig config) {
        return isOne(config)
                && config.rotary() == null
                && KNOWN.containsAll(config.variations())
                && EvaFiles.hasNoKeyBias(config);
    }

    /** All arguments, whatever the architecture has. */
    static Map<String, Object> arguments(VitConfig config) {
        Set<VitVariation> has = config.variations();
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("qkv_bias", !has.contains(VitVariation.NO_QKV_BIAS));
        arguments.put("init_values", has.contains(VitVariation.LAYER_SCALE) ? 1e-5 : null);
        arguments.put("use_abs_pos_emb", !has.contains(VitVariation.NO_POSITIONS));
        arguments.put("use_rel_pos_bias", true);
        boolean fcNorm = has.contains(VitVariation.AVERAGE_POOLING);
        boolean mean = fcNorm || has.contains(VitVariation.NORMED_AVERAGE_POOLING);
        arguments.put("global_pool", mean ? "avg" : "token");
        arguments.put("use_fc_norm", fcNorm);
        return arguments;
    }
}
