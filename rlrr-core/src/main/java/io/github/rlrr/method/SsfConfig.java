package io.github.rlrr.method;

import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * An SSF adapter: scales and shifts the output of every layer, {@code y' = s ⊙ y + t}, which reads
 * a weight as s ⊙ W and a bias as s ⊙ b + t.
 *
 * <p>Source: Lian et al., Scaling &amp; Shifting Your Features: A New Baseline for Efficient Model
 * Tuning, NeurIPS 2022. As in the published code s and t start from N(1, 0.02) and N(0, 0.02) and
 * are not decayed.
 *
 * @param targets linear layers, norms and convolutions, the patch projection among them; same
 *     grammar as {@link RlrrConfig#targets()}
 * @param fullyTrained modules trained as a whole, the head first of all; may be empty
 * @param seed the seed of every start value
 */
public record SsfConfig(List<String> targets, List<String> fullyTrained, long seed)
        implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "ssf";

    /**
     * Copies the lists.
     *
     * @param targets at least one target
     * @param fullyTrained well-formed targets; may be empty
     * @param seed any number
     * @throws IllegalArgumentException when there is no target or one is malformed
     */
    public SsfConfig {
        targets = Targets.some(targets, "SSF scales at least one layer; \"**\" is all");
        fullyTrained = Targets.any(fullyTrained);
    }

    /** Every layer, and the module {@code head}: 205,824 adapter parameters on ViT-B/16. */
    public SsfConfig() {
        this(List.of("**"), List.of("head"), 0);
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        return List.of(
                Rule.fullyTrained(fullyTrained),
                new Rule("targets", new ScaleAndShift(true, false), targets));
    }
}
