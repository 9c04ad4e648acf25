package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a frozen parameter through trainable tensors: the one idea of this library.
 *
 * <p>A method says which tensors it trains at a site ({@link #tensors}) and computes from them and
 * the frozen value the value the module works with ({@link #effective}). Training, saving, merging
 * and reporting follow from these two. Implementations are immutable and hold no arrays.
 */
public interface Reparameterization {

    /**
     * The kinds of site this method can be applied to.
     *
     * @return a non-empty set
     */
    Set<SiteKind> kinds();

    /**
     * The parameters of a site that this method reads otherwise; the others are read as they are.
     *
     * @return a non-empty set; both unless a method says otherwise
     */
    default Set<Role> roles() {
        return Set.of(Role.values());
    }

    /**
     * The trainable tensors at a site.
     *
     * @param site an initialized site of one of {@link #kinds()}
     * @return the tensors; their names are unique within the site, and one may be {@linkplain
     *     TensorSpec#shared shared} with other sites
     * @throws IllegalArgumentException when the method cannot be applied to this site
     */
    List<TensorSpec> tensors(Site site);

    /**
     * Refuses a site where tensors that are made anew would hold more than can have an effect, as a
     * rank above the smaller side of a matrix does. Adapters that are loaded are not asked.
     *
     * @param site an initialized site of one of {@link #kinds()}
     * @throws IllegalArgumentException naming the site, its shape and the most there may be
     */
    default void checkNew(Site site) {}

    /**
     * Computes what the module sees in place of a frozen parameter.
     *
     * <p>The caller closes every array made in here; the result may also be one of {@code frozen}
     * or of {@code tensors} itself. No operation may cut the autograd graph from the tensors to the
     * result.
     *
     * @param site the site
     * @param role which of its parameters is read, one of {@link #roles()}
     * @param frozen the frozen values of all its parameters
     * @param tensors this site's tensors by name, in the shapes {@link #tensors} gives
     * @return the effective value, of the frozen value's shape unless the method replaces it
     */
    NDArray effective(Site site, Role role, Frozen frozen, Map<String, NDArray> tensors);

    /**
     * Whether {@link #effective} can do with a weight in float16, where the base holds it so, and
     * gives float32 of it; otherwise it is given one in float32.
     *
     * @return true for a method that spares that copy
     */
    default boolean takesHalf() {
        return false;
    }

    /**
     * Whether the tensors stand for the module's own parameters (a newly trained head) rather than
     * for a change to them.
     *
     * @return true for a replacement
     */
    default boolean replaces() {
        return false;
    }
}
