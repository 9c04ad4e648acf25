package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Linear;
import io.github.rlrr.vit.part.Layer.Norm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers on each token, (B, N, D) to (B, N, D).
 *
 * <pre>
 *   fc2(n(activation(fc1(x))))           fc1 (hidden, D), fc2 (D, hidden)
 *   fc2(n(activation(a) ⊙ b))            gated: fc1 (2·hidden, D), and (a, b) the halves of fc1(x)
 *   fc2(n(activation(gate(x)) ⊙ fc1(x))) gated, with two matrices: gate and fc1 (hidden, D)
 * </pre>
 *
 * n is a norm over the hidden numbers that some networks have. With SiLU the gated ones are SwiGLU
 * (Shazeer, GLU Variants Improve Transformer, 2020).
 *
 * @param gate a gate's own matrix; null where fc1 holds it or there is none
 * @param fc1 twice as many rows as fc2 has columns where it holds the gate
 * @param norm n; null for none
 * @param fc2 (D, hidden)
 * @param activation on each number between them, or of the gate
 */
public record Mlp(
        @Nullable Linear gate, Linear fc1, @Nullable Norm norm, Linear fc2, Activation activation)
        implements Operation {

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
     * A gated MLP whose first matrix holds the gate, too.
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

    /**
     * A gated MLP whose gate has a matrix of its own.
     *
     * @param path where it stands in its block, such as {@code mlp}
     * @param width D
     * @param hidden the size of the gate
     * @param activation of the gate
     * @return the part, with {@code fc1_g}, {@code fc1_x} and {@code fc2}
     */
    public static Mlp gatedApart(String path, int width, int hidden, Activation activation) {
        return new Mlp(
                new Linear(path + ".fc1_g", width, hidden),
                new Linear(path + ".fc1_x", width, hidden),
                null,
                new Linear(path + ".fc2", hidden, width),
                activation);
    }

    private static Mlp of(String path, int width, int rows, int hidden, Activation activation) {
        return new Mlp(
                null,
                new Linear(path + ".fc1", width, rows),
                null,
                new Linear(path + ".fc2", hidden, width),
                activation);
    }

    /**
     * The same with a norm before the last layer.
     *
     * @param kind its kind
     * @return the part, with {@code norm}
     */
    public Mlp withInnerNorm(NormKind kind) {
        String path = fc2.path().substring(0, fc2.path().lastIndexOf('.'));
        return new Mlp(gate, fc1, kind.at(path + ".norm", fc2.in()), fc2, activation);
    }

    /**
     * The same without biases.
     *
     * @return the part
     */
    public Mlp withoutBiases() {
        return new Mlp(gate == null ? null : gate.bare(), fc1.bare(), norm, fc2.bare(), activation);
    }

    @Override
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        if (gate != null) {
            layers.add(gate);
        }
        layers.add(fc1);
        if (norm != null) {
            layers.add(norm);
        }
        layers.add(fc2);
        return layers;
    }

    @Override
    public boolean mixesTokens() {
        return false;
    }

    @Override
    public String write(ProgramText text, String asking, String all, String like) {
        String h = hidden(text, asking);
        if (norm != null) {
            h = text.let("m", text.norm(norm, h));
        }
        return text.let("c", text.linear(fc2, h));
    }

    private String hidden(ProgramText text, String x) {
        if (gate == null && fc1.out() == fc2.in()) {
            return text.let("g", text.activated(fc1, x, activation));
        }
        String first = text.let("h", text.linear(gate == null ? fc1 : gate, x));
        String second =
                gate == null
                        ? columns(first, fc2.in(), fc1.out())
                        : text.let("h", text.linear(fc1, x));
        String asked = gate == null ? columns(first, 0, fc2.in()) : first;
        String open = text.let("g", activation.of(asked));
        return text.let("u", text.rounded("torch.mul(" + open + ", " + second + ")"));
    }

    private static String columns(String x, int from, int to) {
        return String.format(Locale.ROOT, "torch.slice(%s, 2, %d, %d)", x, from, to);
    }

    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        if (gate != null) {
            counter.linear(batch * asking, gate);
        }
        counter.linear(batch * asking, fc1);
        counter.linear(batch * asking, fc2);
    }
}
