package io.github.rlrr.method;

import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * Trains a new head on the frozen model and nothing else.
 *
 * @param fullyTrained the head's path; same grammar as {@link RlrrConfig#targets()}
 */
public record LinearProbeConfig(List<String> fullyTrained) implements AdapterConfig {

    /** The name in adapter files. */
    public static final String METHOD = "linear-probe";

    /**
     * Copies the list.
     *
     * @param fullyTrained at least one target
     * @throws IllegalArgumentException when it is empty or a target is malformed
     */
    public LinearProbeConfig {
        fullyTrained = List.copyOf(fullyTrained);
        if (fullyTrained.isEmpty()) {
            throw new IllegalArgumentException("a linear probe trains at least one module");
        }
        Targets.parse(fullyTrained);
    }

    /** Trains the module {@code head}. */
    public LinearProbeConfig() {
        this(List.of("head"));
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public List<Rule> rules() {
        return List.of(Rule.fullyTrained(fullyTrained));
    }
}
