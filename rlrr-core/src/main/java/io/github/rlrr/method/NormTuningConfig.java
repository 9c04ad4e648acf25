package io.github.rlrr.method;

import io.github.rlrr.module.SiteKind;
import io.github.rlrr.module.Targets;
import java.util.List;
import java.util.Set;

/**
 * Norm tuning: trains gain and bias of the norms, and the head.
 *
 * <p>Source: Basu et al., Strong Baselines for Parameter-Efficient Few-Shot Fine-Tuning, AAAI 2024,
 * for the layer norms of Vision Transformers.
 *
 * @param targets the norms; same grammar as {@link RlrrConfig#targets()}
 * @param fullyTrained other modules trained as a whole, the head first of all; may be empty
 */
public record NormTuningConfig(List<String> targets, List<String> fullyTrained)
        implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "norm";

    /**
     * Copies the lists.
     *
     * @param targets at least one target
     * @param fullyTrained well-formed targets; may be empty
     * @throws IllegalArgumentException when there is no target or one is malformed
     */
    public NormTuningConfig {
        targets =
                Targets.some(targets, "norm tuning trains at least one norm; \"all-norm\" is all");
        fullyTrained = Targets.any(fullyTrained);
    }

    /** Trains every norm and the module {@code head}. */
    public NormTuningConfig() {
        this(List.of("all-norm"), List.of("head"));
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        return List.of(
                Rule.fullyTrained(fullyTrained),
                new Rule("targets", new Replacement(Set.of(SiteKind.NORM)), targets));
    }
}
