package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Linear;
import java.util.List;

/**
 * {@code fc2(activation(fc1(x)))} on each token: (B, N, D) to (B, N, D).
 *
 * @param fc1 (hidden, D)
 * @param fc2 (D, hidden)
 * @param activation on each number between them
 */
public record Mlp(Linear fc1, Linear fc2, Activation activation) implements Operation {

    /**
     * An MLP with one hidden layer.
     *
     * @param path where it stands in its block, such as {@code mlp}
     * @param width D
     * @param hidden the size of the hidden layer
     * @param activation on each hidden number
     * @return the part
     */
    public static Mlp of(String path, int width, int hidden, Activation activation) {
        return new Mlp(
                new Linear(path + ".fc1", width, hidden),
                new Linear(path + ".fc2", hidden, width),
                activation);
    }

    @Override
    public List<Layer> layers() {
        return List.of(fc1, fc2);
    }

    @Override
    public boolean mixesTokens() {
        return false;
    }

    @Override
    public String write(ProgramText text, String asking, String all, String like) {
        String g = text.let("g", text.activated(fc1, asking, activation));
        return text.let("c", text.linear(fc2, g));
    }

    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        counter.linear(batch * asking, fc1);
        counter.linear(batch * asking, fc2);
    }
}
