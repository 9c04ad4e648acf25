package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shifts a module's bias: {@code b' = b + f}, f of shape (out), which is training the bias itself.
 *
 * <p>The tensor is {@code shift}, float32; it starts at 0, the base model, and is not decayed. A
 * module without a bias has none.
 */
public record BiasShift() implements Reparameterization {

    /** The shift f. */
    public static final String SHIFT = "shift";

    @Override
    public Set<SiteKind> kinds() {
        return Set.of(SiteKind.LINEAR, SiteKind.NORM, SiteKind.CONVOLUTION);
    }

    @Override
    public Set<Role> roles() {
        return Set.of(Role.BIAS);
    }

    @Override
    public List<TensorSpec> tensors(Site site) {
        if (site.bias() == null) {
            return List.of();
        }
        Shape shape = new Shape(site.outputs());
        return List.of(new TensorSpec(SHIFT, shape, false, TensorSpec.Start.constant(0)));
    }

    /** No weight is read. */
    @Override
    public boolean takesHalf() {
        return true;
    }

    @Override
    public NDArray effective(Site site, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        NDArray shift = tensors.get(SHIFT);
        NDArray bias = frozen.of(role);
        return shift == null ? bias : bias.add(shift);
    }
}
