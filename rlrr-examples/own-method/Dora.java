package com.example.dora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.Frozen;
import io.github.rlrr.method.LowRankUpdate;
import io.github.rlrr.method.Reparameterization;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import io.github.rlrr.method.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * DoRA as a method of one's own: learns the length of each row of a weight apart from its direction,
 * which LoRA moves.
 *
 * <pre>
 *   V  = W + (α/r) · B·A
 *   W' = m ⊙ V / ‖V‖           m: (out), ‖V‖ by row of (out, in)
 * </pre>
 *
 * <p>Source: Liu et al., DoRA: Weight-Decomposed Low-Rank Adaptation, ICML 2024. As its section 4.3
 * proposes and PEFT does, ‖V‖ counts as a constant in backward.
 */
public final class Dora implements AdapterMethod {

    private static final String NAME = "dora";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "LoRA for the direction of weights, and their length";
    }

    @Override
    public AdapterConfig defaults() {
        return new Config(8, 8, List.of("attn.{query,value}"), List.of("head"), 0);
    }

    /** What {@code --set} sets and adapter files hold. */
    public record Config(
            int rank, double alpha, List<String> targets, List<String> fullyTrained, long seed)
            implements AdapterConfig {

        public Config {
            new LowRankUpdate(rank, alpha);
            targets = List.copyOf(targets);
            fullyTrained = List.copyOf(fullyTrained);
        }

        @Override
        public String method() {
            return NAME;
        }

        @Override
        public List<Rule> rules() {
            return List.of(
                    Rule.fullyTrained(fullyTrained),
                    new Rule("targets", new Decomposition(new LowRankUpdate(rank, alpha)), targets));
        }
    }

    /** Reads a weight as length times direction. */
    record Decomposition(LowRankUpdate update) implements Reparameterization {

        private static final String MAGNITUDE = "magnitude";

        @Override
        public Set<SiteKind> kinds() {
            return update.kinds();
        }

        @Override
        public Set<Role> roles() {
            return Set.of(Role.WEIGHT);
        }

        @Override
        public List<TensorSpec> tensors(Site site) {
            List<TensorSpec> specs = new ArrayList<>(update.tensors(site));
            Shape rows = new Shape(site.outputs());
            specs.add(new TensorSpec(MAGNITUDE, rows, true, (random, size) -> lengths(site)));
            return specs;
        }

        /** ‖W‖ of each row: with B = 0 it is the base model. */
        private static float[] lengths(Site site) {
            float[] w;
            try (NDArray single = site.weight().getArray().toType(DataType.FLOAT32, true)) {
                w = single.toFloatArray();
            }
            float[] lengths = new float[Math.toIntExact(site.outputs())];
            int in = w.length / lengths.length;
            for (int o = 0; o < lengths.length; o++) {
                double sum = 0;
                for (int i = 0; i < in; i++) {
                    sum += (double) w[o * in + i] * w[o * in + i];
                }
                lengths[o] = (float) Math.sqrt(sum);
            }
            return lengths;
        }

        @Override
        public NDArray effective(
                Site site, Role role, Frozen frozen, Map<String, NDArray> tensors) {
            NDArray v = update.effective(site, role, frozen, tensors);
            NDArray length = v.stopGradient().square().sum(new int[] {1}, true).sqrt();
            return v.mul(tensors.get(MAGNITUDE).reshape(-1, 1).div(length));
        }
    }
}
