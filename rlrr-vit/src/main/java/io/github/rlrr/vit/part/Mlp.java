package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Linear;
import java.util.List;
import java.util.Locale;

/**
 * Two linear layers on each token, (B, N, D) to (B, N, D).
 *
 * <pre>
 *   fc2(activation(fc1(x)))         fc1 (hidden, D), fc2 (D, hidden)
 *   fc2(activation(a) ⊙ b)          gated: fc1 (2·hidden, D), and (a, b) the halves of fc1(x)
 * </pre>
 *
 * With SiLU the gated one is SwiGLU (Shazeer, GLU Variants Improve Transformer, 2020).
 *
 * @param fc1 twice as many rows as fc2 has columns where it is gated
 * @param fc2 (D, hidden)
 * @param activation on each number between them, or of the gate
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
        return of(path, width, hidden, hidden, activation);
    }

    /**
     * A gated MLP.
     *
     * @param path where it stands in its block, such as {@code mlp}
     * @param width D
     * @param hidden the size of each half
     * @param activation of the gate
     * @return the part
     */
    public static Mlp gated(String path, int width, int hidden, Activation activation) {
        return of(path, width, 2 * hidden, hidden, activation);
    }

    private static Mlp of(String path, int width, int rows, int hidden, Activation activation) {
        return new Mlp(
                new Linear(path + ".fc1", width, rows),
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
        if (fc1.out() == fc2.in()) {
            String g = text.let("g", text.activated(fc1, asking, activation));
            return text.let("c", text.linear(fc2, g));
        }
        String h = text.let("h", text.linear(fc1, asking));
        String gate = text.let("g", activation.of(columns(h, 0, fc2.in())));
        String other = columns(h, fc2.in(), fc1.out());
        String u = text.let("u", "torch.mul(" + gate + ", " + other + ")");
        return text.let("c", text.linear(fc2, u));
    }

    private static String columns(String x, int from, int to) {
        return String.format(Locale.ROOT, "torch.slice(%s, 2, %d, %d)", x, from, to);
    }

    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        counter.linear(batch * asking, fc1);
        counter.linear(batch * asking, fc2);
    }
}
