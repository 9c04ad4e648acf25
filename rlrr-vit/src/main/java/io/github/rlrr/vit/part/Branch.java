package io.github.rlrr.vit.part;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A residual branch of an encoder block: {@code x ← x + γ ⊙ operation(norm(x))}.
 *
 * @param norm before the operation
 * @param operation attention, or an MLP
 * @param scale LayerScale's γ (Touvron et al., Going deeper with Image Transformers, 2021); null
 *     for none
 */
public record Branch(Layer.Norm norm, Operation operation, Layer.@Nullable Scale scale) {

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

    /**
     * Writes what is added.
     *
     * @param text where to
     * @param asking the variable of the normed tokens (B, M, D) that ask
     * @param all the variable of all normed tokens (B, N, D)
     * @param like a variable of the result's shape
     * @return the variable of the result (B, M, D)
     */
    String write(ProgramText text, String asking, String all, String like) {
        String result = operation.write(text, asking, all, like);
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
