package io.github.rlrr.method;

import io.github.rlrr.module.Targets;
import java.util.List;

/**
 * What is adapted and how: an immutable description that is checked when it is made and saved with
 * the adapter.
 *
 * <p>A configuration that adapter files and the command line know is a record; its {@link
 * AdapterMethod} stands on the class path.
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
    record Rule(String name, Reparameterization method, List<String> targets) {

        /**
         * Copies the targets.
         *
         * @param name names the rule in messages
         * @param method the reparameterization
         * @param targets well-formed targets; may be empty
         * @throws IllegalArgumentException when a target is malformed
         */
        public Rule {
            targets = Targets.any(targets);
        }

        /**
         * Modules that are trained as a whole, such as a new head.
         *
         * @param fullyTrained well-formed targets; may be empty
         * @return the rule; it comes first, so that other rules' wildcards pass over its modules
         */
        public static Rule fullyTrained(List<String> fullyTrained) {
            return new Rule("fullyTrained", new Replacement(), fullyTrained);
        }
    }

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
     * @return the seed; 0 for a method that draws nothing
     */
    default long seed() {
        return 0;
    }

    /**
     * Whether batch norm's running statistics stay as the base has them, in training too.
     *
     * @return false: training moves copies of the adapter's own, which are saved with it
     */
    default boolean freezesStatistics() {
        return false;
    }

    /**
     * The same with batch norm's running statistics frozen. A base that has batch norms then runs
     * as in evaluation while its adapter trains: they normalise with the statistics the base has,
     * and its dropout is off. A base without batch norm trains as before.
     *
     * @return a configuration of the same method
     */
    default AdapterConfig withFrozenStatistics() {
        return new FrozenStatistics(this);
    }
}
