package io.github.rlrr.vit.part;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.vit.part.Layer.Linear;
import io.github.rlrr.vit.part.Layer.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention within windows of a grid of tokens, as in Swin: (B, N, D) to (B, N, D).
 *
 * <pre>
 *   out( softmax(q·kᵀ / √d + bias) · v )            Swin
 *   out( softmax(τ·cos(q, k) + bias) · v )          Swin V2, τ = exp(min(logit scale, ln 100))
 * </pre>
 *
 * q, k and v are the query, key and value of each token, per head, d = D / H. It is libtorch's
 * fused operator with the windows as its batch.
 *
 * <p>Source: Liu et al., Swin Transformer, ICCV 2021; Swin Transformer V2, CVPR 2022.
 *
 * @param windows how the grid is cut
 * @param query (D, D)
 * @param key (D, D)
 * @param value (D, D)
 * @param out (D, D)
 * @param scale the logit scale (H, 1, 1) of cosine attention; null for products
 * @param bias for the places of two tokens
 * @param heads H; divides D
 */
public record WindowAttention(
        Windows windows,
        Linear query,
        Linear key,
        Linear value,
        Linear out,
        @Nullable Values scale,
        WindowBias bias,
        int heads)
        implements Operation {

    private static final double LARGEST_SCALE = Math.log(100);

    /** Below it a query or key counts as this long. */
    private static final double SHORTEST = 1e-12;

    /**
     * Attention of one width by products, as in Swin.
     *
     * @param path where it stands in its block, such as {@code attn}
     * @param windows how the grid is cut
     * @param width D
     * @param heads H; divides D
     * @return the part
     */
    public static WindowAttention ofProducts(String path, Windows windows, int width, int heads) {
        WindowBias bias = WindowBias.Table.of(path, windows.height(), windows.width(), heads);
        return of(path, windows, width, heads, true, null, bias);
    }

    /**
     * Attention of one width by cosines, as in Swin V2.
     *
     * @param path where it stands in its block, such as {@code attn}
     * @param windows how the grid is cut
     * @param width D
     * @param heads H; divides D
     * @param side of the windows the network was trained with; 0 for its own
     * @return the part
     */
    public static WindowAttention ofCosines(
            String path, Windows windows, int width, int heads, int side) {
        Values scale =
                new Values(path + ".logit", "scale", new Shape(heads, 1, 1), (float) Math.log(10));
        return of(
                path,
                windows,
                width,
                heads,
                false,
                scale,
                WindowBias.Continuous.of(path, heads, side));
    }

    private static WindowAttention of(
            String path,
            Windows windows,
            int width,
            int heads,
            boolean keyBias,
            @Nullable Values scale,
            WindowBias bias) {
        return new WindowAttention(
                windows,
                new Linear(path + ".query", width, width),
                new Linear(path + ".key", width, width, keyBias),
                new Linear(path + ".value", width, width),
                new Linear(path + ".out", width, width),
                scale,
                bias,
                heads);
    }

    @Override
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>(List.of(query, key, value));
        if (scale != null) {
            layers.add(scale);
        }
        layers.addAll(bias.layers());
        layers.add(out);
        return layers;
    }

    @Override
    public boolean mixesTokens() {
        return true;
    }

    @Override
    public String write(ProgramText text, String asking, String all, String like) {
        if (!asking.equals(all)) {
            throw new IllegalArgumentException("in windows all tokens ask, not some of them");
        }
        String w = windows.cut(text, all, query.in());
        String q = text.let("q", split(text.linear(query, w)));
        String k = text.let("k", split(text.linear(key, w)));
        String v = text.let("v", split(text.linear(value, w)));
        String factor = null;
        if (scale != null) {
            String least =
                    format("torch.clamp_max(%s, %s)", scale.variable("scale"), LARGEST_SCALE);
            String tau = text.let("s", "torch.exp(" + least + ")");
            q = text.let("q", text.rounded("torch.mul(" + unit(text, q) + ", " + tau + ")"));
            k = text.let("k", text.rounded(unit(text, k)));
            factor = "1.";
        }
        String mask = text.let("m", windows.mask(text, pairs(text)));
        String m = text.let("m", text.attention(q, k, v, mask, factor));
        String o = windows.joined(text, "torch.transpose(" + m + ", 1, 2)", query.out());
        return text.let("b", text.linear(out, o));
    }

    /** The bias of each pair of tokens of a window: (H, n, n). */
    private String pairs(ProgramText text) {
        String table = bias.table(text, windows);
        String looked =
                format("torch.index_select(%s, 0, %s)", table, windows.relativePlaces(text));
        int n = windows.tokens();
        String square = format("torch.reshape(%s, [%d, %d, %d])", looked, n, n, heads);
        return text.let("p", "torch.contiguous(torch.permute(" + square + ", [2, 0, 1]))");
    }

    private static String unit(ProgramText text, String x) {
        String single = text.let("u", text.single(x));
        String length =
                format("torch.clamp_min(torch.norm(%s, 2, [-1], True), %s)", single, SHORTEST);
        return text.let("u", format("torch.div(%s, %s)", single, length));
    }

    /** (B·windows, n, D) to (B·windows, H, n, d). */
    private String split(String x) {
        return format(
                "torch.transpose(torch.reshape(%s, [-1, %d, %d, %d]), 1, 2)",
                x, windows.tokens(), heads, query.out() / heads);
    }

    private static String format(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }

    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        long images = batch * windows.count();
        long rows = images * windows.tokens();
        counter.linear(rows, query);
        counter.linear(rows, key);
        counter.linear(rows, value);
        counter.attention(images * heads, windows.tokens(), windows.tokens(), query.out() / heads);
        counter.linear(batch * asking, out);
    }
}
