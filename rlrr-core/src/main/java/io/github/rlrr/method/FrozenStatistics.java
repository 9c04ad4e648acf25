package io.github.rlrr.method;

import io.github.rlrr.Internal;
import java.util.List;

/**
 * A configuration whose adapter leaves batch norm's running statistics as the base has them; see
 * {@link AdapterConfig#withFrozenStatistics}.
 *
 * @param config the method, its targets and its start
 */
@Internal
public record FrozenStatistics(AdapterConfig config) implements AdapterConfig {

    /**
     * The configuration without this policy, which says nothing of the method.
     *
     * @param config any configuration
     * @return the method's own
     */
    public static AdapterConfig methodOf(AdapterConfig config) {
        return config instanceof FrozenStatistics frozen ? frozen.config : config;
    }

    @Override
    public String method() {
        return config.method();
    }

    @Override
    public List<Rule> rules() {
        return config.rules();
    }

    @Override
    public long seed() {
        return config.seed();
    }

    @Override
    public boolean freezesStatistics() {
        return true;
    }

    @Override
    public AdapterConfig withFrozenStatistics() {
        return this;
    }
}
