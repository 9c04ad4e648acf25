package io.github.rlrr.method;

import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * An ARC adapter: linear adapters before attention and MLP that share their projections across
 * layers; see {@link Recomposition}.
 *
 * <p>Source: Dong et al., Efficient Adaptation of Large Vision Transformer via Adapter
 * Re-Composing, NeurIPS 2023. The dropout inside its adapters acts on features and not on a
 * parameter, so it is not here.
 *
 * @param bottleneck the width that projections lead down to, at least 1
 * @param attention linear layers that read an attention's input; same grammar as {@link
 *     RlrrConfig#targets()}; may be empty
 * @param mlp linear layers that read an MLP's input; may be empty, but not both
 * @param fullyTrained modules trained as a whole, the head first of all; may be empty
 * @param seed the seed of every start value
 */
public record ArcConfig(
        int bottleneck,
        List<String> attention,
        List<String> mlp,
        List<String> fullyTrained,
        long seed)
        implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "arc";

    /**
     * Checks everything once.
     *
     * @param bottleneck at least 1
     * @param attention well-formed targets
     * @param mlp well-formed targets
     * @param fullyTrained well-formed targets; may be empty
     * @param seed any number
     * @throws IllegalArgumentException when the bottleneck is less, there is no target or one is
     *     malformed
     */
    public ArcConfig {
        new Recomposition("", bottleneck, true);
        attention = Targets.any(attention);
        mlp = Targets.any(mlp);
        fullyTrained = Targets.any(fullyTrained);
        if (attention.isEmpty() && mlp.isEmpty()) {
            throw new IllegalArgumentException(
                    "neither attention nor mlp names a module: nothing would be adapted; for a"
                            + " head alone use LinearProbeConfig");
        }
    }

    /**
     * The paper's: a bottleneck of 50 before every attention and every MLP, and the module {@code
     * head}: 96,432 adapter parameters on ViT-B/16.
     */
    public ArcConfig() {
        this(50, List.of("attn.{query,key,value}"), List.of("mlp.fc1*"), List.of("head"), 0);
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        return List.of(
                Rule.fullyTrained(fullyTrained),
                new Rule("attention", new Recomposition("attention", bottleneck, true), attention),
                new Rule("mlp", new Recomposition("mlp", bottleneck, false), mlp));
    }
}
