package io.github.rlrr.vit.part;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A residual branch of an encoder block.
 *
 * <pre>
 *   x ← x + γ ⊙ operation(norm(x))
 *   x ← x + γ ⊙ norm(operation(x))      with the norm after the operation
 * </pre>
 *
 * @param norm before the operation or after it
 * @param after whether it comes after
 * @param operation attention, or an MLP
 * @param scale LayerScale's γ (Touvron et al., Going deeper with Image Transformers, 2021); null
 *     for none
 */
public record Branch(
        Layer.Norm norm, boolean after, Operation operation, Layer.@Nullable Scale scale) {

    /**
     * A branch with its norm before the operation.
     *
     * @param norm before the operation
     * @param operation attention, or an MLP
     * @param scale LayerScale's γ; null for none
     */
    public Branch(Layer.Norm norm, Operation operation, Layer.@Nullable Scale scale) {
        this(norm, false, operation, scale);
    }

    /**
     * The modules that hold its parameters.
     *
     * @return the layers, in the order of the block's parameters
     */
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        layers.add(norm);
        layers.addAll(operation.layers());
        if (scale != null) {
            layers.add(scale);
        }
        return layers;
    }

    /** What the operation gets of tokens: their norm, or they themselves. */
    String entering(ProgramText text, String x) {
        return text.let("n", after ? text.rounded(x) : text.norm(norm, x));
    }

    /**
     * Writes what is added.
     *
     * @param text where to
     * @param asking the variable of the tokens (B, M, D) that ask, as they {@link #entering enter}
     * @param all the variable of all such tokens (B, N, D)
     * @param like a variable of the result's shape
     * @return the variable of the result (B, M, D)
     */
    String write(ProgramText text, String asking, String all, String like) {
        String result = operation.write(text, asking, all, like);
        if (after) {
            result = text.let("p", text.exactNorm(norm, result));
        }
        return scale == null
                ? result
                : text.let("s", "torch.mul(" + result + ", " + scale.variable("gamma") + ")");
    }

    /**
     * The layers of branches one after another.
     *
     * @param branches those of a block
     * @return the layers, in the order of the block's parameters
     */
    public static List<Layer> layers(List<Branch> branches) {
        return branches.stream().flatMap(branch -> branch.layers().stream()).toList();
    }
}
