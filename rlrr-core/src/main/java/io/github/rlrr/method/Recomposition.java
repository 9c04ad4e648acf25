package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.method.TensorSpec.Start;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The ARC reparameterization: a linear adapter before a linear layer, absorbed into it.
 *
 * <pre>
 *   x' = x + U·(c ⊙ (Uᵀ·x)) + t       U: (in, d)   c: (d)   t: (in)
 *   W' = W + ((W·U) ⊙ c)·Uᵀ
 *   b' = b + W·t
 * </pre>
 *
 * The paper writes the same with rows: x + (x·U) ⊙ c · Uᵀ + t. U projects down and up again; all
 * layers of a group and of one width share it. c and t belong to one place: layers that stand side
 * by side (of one parent module: query, key and value) read the same adapted input and share them.
 *
 * <p>The tensors are {@code arc.<group>.projection} and, at each parent module, {@code rescale} and
 * {@code shift}, float32, all decayed as in the published code. A layer without a bias cannot take
 * up t.
 *
 * <p>Source: Dong et al., Efficient Adaptation of Large Vision Transformer via Adapter
 * Re-Composing, NeurIPS 2023, section 3; the start is that of the published code.
 *
 * @param group names what shares U
 * @param bottleneck d, at least 1
 * @param startsAtBase true: c = 0, the base model; false: c ~ U(±√(6/(1 + d)))
 */
public record Recomposition(String group, int bottleneck, boolean startsAtBase)
        implements Reparameterization {

    /** The shared projection U. */
    public static final String PROJECTION = "projection";

    /** The coefficients c of one place. */
    public static final String RESCALE = "rescale";

    /** The shift t of one place. */
    public static final String SHIFT = "shift";

    /**
     * Checks the number.
     *
     * @param group names what shares U
     * @param bottleneck at least 1
     * @param startsAtBase where c starts
     * @throws IllegalArgumentException when the bottleneck is less
     */
    public Recomposition {
        if (bottleneck < 1) {
            throw new IllegalArgumentException(
                    "bottleneck is " + bottleneck + ", expected at least 1");
        }
    }

    @Override
    public Set<SiteKind> kinds() {
        return Set.of(SiteKind.LINEAR);
    }

    @Override
    public List<TensorSpec> tensors(Site site) {
        long in = site.matrixShape().get(1);
        Start xavier = Start.uniform(Math.sqrt(6.0 / (in + bottleneck)));
        Start rescale =
                startsAtBase ? Start.constant(0) : Start.uniform(Math.sqrt(6.0 / (1 + bottleneck)));
        List<TensorSpec> specs = new ArrayList<>();
        specs.add(
                new TensorSpec(
                        PROJECTION,
                        new Shape(in, bottleneck),
                        true,
                        xavier,
                        "arc." + group + "." + PROJECTION));
        specs.add(ofPlace(site, RESCALE, bottleneck, rescale));
        if (site.bias() != null) {
            specs.add(ofPlace(site, SHIFT, in, Start.constant(0)));
        }
        return specs;
    }

    /** A tensor that the linear layers of one parent module share, which are of one size. */
    private static TensorSpec ofPlace(Site site, String name, long size, Start start) {
        int dot = site.path().lastIndexOf('.');
        String parent = site.path().substring(0, Math.max(0, dot));
        return new TensorSpec(
                name, new Shape(size), true, start, ModuleTree.join(parent, name), false);
    }

    @Override
    public void checkNew(Site site) {
        site.requireRank("bottleneck", bottleneck, site.matrixShape().get(1));
    }

    @Override
    public NDArray effective(Site site, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        NDArray w = frozen.weight();
        if (role == Role.BIAS) {
            NDArray t = tensors.get(SHIFT);
            NDArray bias = frozen.of(role);
            return t == null ? bias : bias.add(w.matMul(t));
        }
        NDArray u = Objects.requireNonNull(tensors.get(PROJECTION), PROJECTION);
        NDArray c = Objects.requireNonNull(tensors.get(RESCALE), RESCALE);
        return w.add(w.matMul(u).mul(c).matMul(u.transpose()));
    }
}
