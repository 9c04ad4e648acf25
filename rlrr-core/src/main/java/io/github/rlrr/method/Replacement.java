package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Trains a module's own parameters: the adapter holds whole arrays, read in place of the frozen
 * ones.
 *
 * <p>A classification head is trained so. The tensors are named as the parameters ({@code weight},
 * {@code bias}) and start at the frozen values; loaded ones may have another number of outputs, so
 * each adapter has its own class count. Weight decay applies to the weight and to a lone parameter,
 * not to a bias or a norm.
 *
 * @param kinds the kinds of site it can be applied to
 */
public record Replacement(Set<SiteKind> kinds) implements Reparameterization {

    /**
     * Copies the set.
     *
     * @param kinds at least one
     * @throws IllegalArgumentException when there is none
     */
    public Replacement {
        kinds = Set.copyOf(kinds);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("kinds is empty, expected at least one");
        }
    }

    /** Can be applied to every kind of site. */
    public Replacement() {
        this(Set.of(SiteKind.values()));
    }

    @Override
    public List<TensorSpec> tensors(Site site) {
        List<TensorSpec> specs = new ArrayList<>();
        specs.add(spec(site.weight(), isDecayed(site.weight())));
        Parameter bias = site.bias();
        if (bias != null) {
            specs.add(spec(bias, false));
        }
        return specs;
    }

    /** By type, where the published code looks for "bias" and "norm" in the name. */
    private static boolean isDecayed(Parameter parameter) {
        return switch (parameter.getType()) {
            case BIAS, GAMMA, BETA -> false;
            default -> true;
        };
    }

    private static TensorSpec spec(Parameter parameter, boolean decayed) {
        return new TensorSpec(
                parameter.getName(),
                parameter.getArray().getShape(),
                decayed,
                (random, size) -> values(parameter.getArray()));
    }

    private static float[] values(NDArray array) {
        try (NDArray single = array.toType(DataType.FLOAT32, true)) {
            return single.toFloatArray();
        }
    }

    @Override
    public NDArray effective(Site site, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        @Nullable Parameter parameter = role == Role.WEIGHT ? site.weight() : site.bias();
        NDArray own = parameter == null ? null : tensors.get(parameter.getName());
        return own == null ? frozen.of(role) : own;
    }

    /** The frozen weight is not looked at. */
    @Override
    public boolean takesHalf() {
        return true;
    }

    @Override
    public boolean replaces() {
        return true;
    }
}
