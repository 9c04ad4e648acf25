package io.github.rlrr.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
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
 * each adapter has its own class count. Weight decay applies to the weight, not to the bias or a
 * norm.
 */
public record Replacement() implements Reparameterization {

    @Override
    public Set<SiteKind> kinds() {
        return Set.of(SiteKind.values());
    }

    @Override
    public List<TensorSpec> tensors(Site site) {
        List<TensorSpec> specs = new ArrayList<>();
        specs.add(spec(site.weight(), site.kind() != SiteKind.NORM));
        Parameter bias = site.bias();
        if (bias != null) {
            specs.add(spec(bias, false));
        }
        return specs;
    }

    private static TensorSpec spec(Parameter parameter, boolean decayed) {
        return new TensorSpec(
                parameter.getName(),
                parameter.getShape(),
                decayed,
                (random, size) -> parameter.getArray().toFloatArray());
    }

    @Override
    public NDArray effective(Site site, Role role, NDArray frozen, Map<String, NDArray> tensors) {
        @Nullable Parameter parameter = role == Role.WEIGHT ? site.weight() : site.bias();
        NDArray own = parameter == null ? null : tensors.get(parameter.getName());
        return own == null ? frozen : own;
    }

    @Override
    public boolean replaces() {
        return true;
    }
}
