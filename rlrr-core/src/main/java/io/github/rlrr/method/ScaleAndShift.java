package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.method.TensorSpec.Start;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Scales and shifts a module's output per feature or channel, absorbed into its parameters.
 *
 * <pre>
 *   y' = y·s + t          s, t: (out)
 *   weight' = s ⊙ weight  (the gain of a norm, LayerScale's γ; each output row of a linear layer
 *                           or convolution)
 *   bias'   = bias·s + t
 * </pre>
 *
 * RLRR applies it to layer norms and the patch projection, SSF to every layer. The tensors are
 * {@code scale} and {@code shift}, float32.
 *
 * <p>Source: the published RLRR code; Lian et al., Scaling &amp; Shifting Your Features, NeurIPS
 * 2022.
 *
 * @param drawn true: s ~ N(1, 0.02), t ~ N(0, 0.02) as published; false: s = 1, t = 0, the base
 *     model
 * @param decayed whether weight decay applies to the tensors of linear layers and convolutions,
 *     where it pulls s toward 0; it never does to those of norms and of LayerScale
 */
public record ScaleAndShift(boolean drawn, boolean decayed) implements Reparameterization {

    /** The per-output scale s. */
    public static final String SCALE = "scale";

    /** The per-output shift t. */
    public static final String SHIFT = "shift";

    private static final double DEVIATION = 0.02;

    @Override
    public Set<SiteKind> kinds() {
        return Set.of(SiteKind.NORM, SiteKind.LINEAR, SiteKind.CONVOLUTION, SiteKind.SCALE);
    }

    @Override
    public List<TensorSpec> tensors(Site site) {
        Shape shape = new Shape(site.outputs());
        boolean matrix = site.kind() == SiteKind.LINEAR || site.kind() == SiteKind.CONVOLUTION;
        boolean decay = decayed && matrix;
        List<TensorSpec> specs = new ArrayList<>();
        specs.add(new TensorSpec(SCALE, shape, decay, start(1)));
        if (site.bias() != null) {
            specs.add(new TensorSpec(SHIFT, shape, decay, start(0)));
        }
        return specs;
    }

    private Start start(double mean) {
        return drawn ? Start.normal(mean, DEVIATION) : Start.constant(mean);
    }

    /** s ⊙ W of a float32 s is float32. */
    @Override
    public boolean takesHalf() {
        return true;
    }

    @Override
    public NDArray effective(Site site, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        NDArray scale = tensors.get(SCALE);
        NDArray shift = tensors.get(SHIFT);
        if (scale == null || (shift == null && site.bias() != null)) {
            throw new IllegalArgumentException(
                    "scale or shift is missing; there are: " + tensors.keySet());
        }
        NDArray value = frozen.of(role);
        if (role == Role.BIAS && shift != null) {
            return value.mul(scale).addi(shift);
        }
        long[] column = new long[value.getShape().dimension()];
        Arrays.fill(column, 1);
        column[0] = site.outputs();
        return value.mul(scale.reshape(column));
    }
}
