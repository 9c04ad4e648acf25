package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Linear;
import java.util.List;
import java.util.Locale;

/**
 * {@code fc2(activation(a) ⊙ b)} on each token, where (a, b) are the halves of {@code fc1(x)}: (B,
 * N, D) to (B, N, D). With SiLU it is SwiGLU (Shazeer, GLU Variants Improve Transformer, 2020).
 *
 * @param fc1 (2·hidden, D), the rows of a first
 * @param fc2 (D, hidden)
 * @param activation of the gate a
 */
public record GatedMlp(Linear fc1, Linear fc2, Activation activation) implements Operation {

    /**
     * A gated MLP.
     *
     * @param path where it stands in its block, such as {@code mlp}
     * @param width D
     * @param hidden the size of each half
     * @param activation of the gate
     * @return the part
     */
    public static GatedMlp of(String path, int width, int hidden, Activation activation) {
        return new GatedMlp(
                new Linear(path + ".fc1", width, 2 * hidden),
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
        String h = text.let("h", text.linear(fc1, asking));
        String gate = text.let("g", activation.of(half(h, 0, fc2.in())));
        String gated =
                text.let("u", "torch.mul(" + gate + ", " + half(h, fc2.in(), fc1.out()) + ")");
        return text.let("c", text.linear(fc2, gated));
    }

    private static String half(String x, int from, int to) {
        return String.format(Locale.ROOT, "torch.slice(%s, 2, %d, %d)", x, from, to);
    }

    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        counter.linear(batch * asking, fc1);
        counter.linear(batch * asking, fc2);
    }
}
