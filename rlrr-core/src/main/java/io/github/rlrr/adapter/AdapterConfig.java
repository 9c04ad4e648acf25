package io.github.rlrr.adapter;

import java.util.List;

/**
 * What is adapted and how: an immutable description that is checked when it is made and saved with
 * the adapter.
 */
public interface AdapterConfig {

    /**
     * One method applied to some modules. Rules are applied in order; a module belongs to the first
     * rule that selects it.
     *
     * @param name names the rule in messages
     * @param method the reparameterization
     * @param targets which modules, in the grammar of {@link RlrrConfig#targets()}; may be empty
     */
    record Rule(String name, Reparameterization method, List<String> targets) {}

    /**
     * The method's name as adapter files hold it.
     *
     * @return the name, such as {@code rlrr}
     */
    String method();

    /**
     * The rules in the order they claim modules.
     *
     * @return the rules
     */
    List<Rule> rules();

    /**
     * The seed of every start value that is drawn.
     *
     * @return the seed
     */
    long seed();
}
