package io.github.rlrr.method;

import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * Bias tuning: trains every bias of linear layers, norms and convolutions, and the head.
 *
 * <p>Source: Zaken et al., BitFit, ACL 2022.
 *
 * @param targets whose biases are trained; same grammar as {@link RlrrConfig#targets()}
 * @param fullyTrained modules trained as a whole, the head first of all; may be empty
 */
public record BiasTuningConfig(List<String> targets, List<String> fullyTrained)
        implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "bias";

    /**
     * Copies the lists.
     *
     * @param targets at least one target
     * @param fullyTrained well-formed targets; may be empty
     * @throws IllegalArgumentException when there is no target or one is malformed
     */
    public BiasTuningConfig {
        targets = Targets.some(targets, "bias tuning trains at least one bias; \"**\" is all");
        fullyTrained = Targets.any(fullyTrained);
    }

    /** Trains every bias and the module {@code head}. */
    public BiasTuningConfig() {
        this(List.of("**"), List.of("head"));
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        return List.of(
                Rule.fullyTrained(fullyTrained), new Rule("targets", new BiasShift(), targets));
    }
}
