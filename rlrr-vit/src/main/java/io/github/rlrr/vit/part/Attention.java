package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Linear;
import java.util.List;
import java.util.Locale;

/**
 * Multi-head attention with four linear layers of their own.
 *
 * <pre>
 *   out( softmax(query(x)·key(z)ᵀ / √d) · value(z) )     per head, d = D / H
 * </pre>
 *
 * x (B, M, D) asks, z (B, N, D) answers. It is libtorch's fused operator, which never holds the (B,
 * H, M, N) weights.
 *
 * @param query (D, D)
 * @param key (D, D)
 * @param value (D, D)
 * @param out (D, D)
 * @param heads H; divides D
 */
public record Attention(Linear query, Linear key, Linear value, Linear out, int heads)
        implements Operation {

    /**
     * Attention of one width.
     *
     * @param path where it stands in its block, such as {@code attn}
     * @param width D
     * @param heads H; divides D
     * @return the part
     */
    public static Attention of(String path, int width, int heads) {
        return new Attention(
                new Linear(path + ".query", width, width),
                new Linear(path + ".key", width, width),
                new Linear(path + ".value", width, width),
                new Linear(path + ".out", width, width),
                heads);
    }

    @Override
    public List<Layer> layers() {
        return List.of(query, key, value, out);
    }

    @Override
    public boolean mixesTokens() {
        return true;
    }

    @Override
    public String write(ProgramText text, String asking, String all, String like) {
        String q = text.let("q", split(text.linear(query, asking)));
        String k = text.let("k", split(text.linear(key, all)));
        String v = text.let("v", split(text.linear(value, all)));
        String attended = "torch.scaled_dot_product_attention(" + q + ", " + k + ", " + v + ")";
        String m = text.let("m", "torch.transpose(" + attended + ", 1, 2)");
        String o = text.let("o", "torch.reshape(" + m + ", torch.size(" + like + "))");
        return text.let("b", text.linear(out, o));
    }

    /** (B, N, D) to (B, H, N, d). */
    private String split(String x) {
        return String.format(
                Locale.ROOT,
                "torch.transpose(torch.reshape(%s, [torch.size(x, 0), -1, %d, %d]), 1, 2)",
                x,
                heads,
                query.out() / heads);
    }

    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        counter.linear(batch * asking, query);
        counter.linear(batch * all, key);
        counter.linear(batch * all, value);
        counter.attention(batch * heads, asking, all, query.out() / heads);
        counter.linear(batch * asking, out);
    }
}
