package io.github.rlrr.adapter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How trained adapters i are combined with weights w_i into one (the paper's supplement H).
 *
 * <pre>
 *   FACTORS    S_left = Σ w_i S_left^i    S_right = Σ w_i S_right^i
 *   PRODUCTS   S_right · S_left = Σ w_i S_right^i · S_left^i
 *   both       f = Σ w_i f_i              s = 1 + Σ w_i (s_i − 1)      t = Σ w_i t_i
 * </pre>
 *
 * <p>PRODUCTS is exact, as a concatenation of ranks: W' − W is the weighted sum of the adapters'
 * changes of W. The supplement weights only the shifts there, and is silent on norms, patch
 * projection and head; the products' weights and the rule for s and t, which makes an adapter at s
 * = 1, t = 0 count for nothing, are ours. Heads are never combined: the combination takes over the
 * modules that one adapter trains as a whole, and its batch norm statistics.
 *
 * @param rule what is summed
 * @param weights w_i by adapter name, finite, at least one; they need not add up to 1
 * @param headOf the adapter, one of {@code weights}, whose head the combination gets
 */
public record Combination(Rule rule, Map<String, Double> weights, String headOf) {

    /** What is summed over the adapters. */
    public enum Rule {
        /** The scaling factors; needs equal ranks, and keeps the rank. */
        FACTORS,
        /** The products of the factors; the ranks add up. */
        PRODUCTS
    }

    /**
     * Checks and copies.
     *
     * @param rule what is summed
     * @param weights finite numbers by adapter name, at least one
     * @param headOf one of the names
     * @throws IllegalArgumentException for a weight that is not finite, no weights, or a head of
     *     none of them
     */
    public Combination {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        weights.forEach(
                (name, weight) -> {
                    if (!Double.isFinite(weight)) {
                        throw new IllegalArgumentException(
                                "the weight of \""
                                        + name
                                        + "\" is "
                                        + weight
                                        + ", expected finite");
                    }
                });
        if (!weights.containsKey(headOf)) {
            throw new IllegalArgumentException(
                    "the head is to be \""
                            + headOf
                            + "\"'s, which is not among the combined adapters "
                            + weights.keySet());
        }
    }
}
