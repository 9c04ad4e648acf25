package io.github.rlrr.adapter;

import java.util.List;

/**
 * A configuration whose adapter leaves batch norm's running statistics as the base has them; see
 * {@link AdapterConfig#withFrozenStatistics}.
 *
 * @param config the method, its targets and its start
 */
record FrozenStatistics(AdapterConfig config) implements AdapterConfig {

    /** The configuration without this policy, which says nothing of the method. */
    static AdapterConfig methodOf(AdapterConfig config) {
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
