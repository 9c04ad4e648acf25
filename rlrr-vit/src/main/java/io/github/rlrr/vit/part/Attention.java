package io.github.rlrr.vit.part;

import io.github.rlrr.vit.part.Layer.Linear;
import io.github.rlrr.vit.part.Layer.Norm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention with four linear layers of their own.
 *
 * <pre>
 *   out( n( softmax(n_q(query(x))·n_k(key(z))ᵀ / √d) · value(z) ) )     per head, d = D / H
 * </pre>
 *
 * Some networks have norms, n_q and n_k over d, n over D, and turn queries and keys after theirs by
 * a {@link Rotary}. x (B, M, D) asks, z (B, N, D) answers.
 *
 * @param query (D, D)
 * @param key (D, D), or fewer heads
 * @param value like key
 * @param out (D, D)
 * @param norms n_q and n_k, or none
 * @param inner n, of all heads together; null for none
 * @param rotation turns queries and keys; null for none
 * @param places what is added before the softmax; null for nothing
 * @param heads H; divides D
 */
public record Attention(
        Linear query,
        Linear key,
        Linear value,
        Linear out,
        List<Norm> norms,
        @Nullable Norm inner,
        @Nullable Rotation rotation,
        @Nullable RelativePlaces places,
        int heads)
        implements Operation {

    /**
     * Attention of one width.
     *
     * @param path where it stands in its block, such as {@code attn}
     * @param width D
     * @param heads H; divides D
     * @param bias whether query, key and value have biases
     * @return the part
     */
    public static Attention of(String path, int width, int heads, boolean bias) {
        return new Attention(
                new Linear(path + ".query", width, width, bias),
                new Linear(path + ".key", width, width, bias),
                new Linear(path + ".value", width, width, bias),
                new Linear(path + ".out", width, width),
                List.of(),
                null,
                null,
                null,
                heads);
    }

    /**
     * The same with fewer heads of keys and values, each asked by several heads of queries (Ainslie
     * et al., GQA, 2023).
     *
     * @param count of them; divides H
     * @return the part
     */
    public Attention withKeyHeads(int count) {
        int rows = query.out() / heads * count;
        return new Attention(
                query,
                new Linear(key.path(), key.in(), rows, key.bias()),
                new Linear(value.path(), value.in(), rows, value.bias()),
                out,
                norms,
                inner,
                rotation,
                places,
                heads);
    }

    /** Heads of keys and values. */
    private int keyHeads() {
        return key.out() / (query.out() / heads);
    }

    /**
     * The same without a bias of keys, which softmax does not see.
     *
     * @return the part
     */
    public Attention withoutKeyBias() {
        return new Attention(query, key.bare(), value, out, norms, inner, rotation, places, heads);
    }

    /**
     * The same without a bias of the last layer.
     *
     * @return the part
     */
    public Attention withoutOutBias() {
        return new Attention(query, key, value, out.bare(), norms, inner, rotation, places, heads);
    }

    /**
     * The same with norms of queries and keys.
     *
     * @param kind of both
     * @return the part, with {@code q_norm} and {@code k_norm}
     */
    public Attention withNorms(NormKind kind) {
        int width = query.out() / heads;
        List<Norm> both =
                List.of(kind.at(path() + ".q_norm", width), kind.at(path() + ".k_norm", width));
        return new Attention(query, key, value, out, both, inner, rotation, places, heads);
    }

    /**
     * The same with a norm before the last layer.
     *
     * @param kind its kind
     * @return the part, with {@code norm}
     */
    public Attention withInnerNorm(NormKind kind) {
        Norm last = kind.at(path() + ".norm", out.in());
        return new Attention(query, key, value, out, norms, last, rotation, places, heads);
    }

    /**
     * The same with queries and keys turned by the places of their patches.
     *
     * @param rotary how
     * @param rows of the grid of patches
     * @param columns of the grid of patches
     * @param prefix tokens before the patches
     * @return the part, with {@code rope} where angles are learned
     */
    public Attention withRotation(Rotary rotary, int rows, int columns, int prefix) {
        Layer.Frequencies learned =
                rotary.kind() == Rotary.Kind.LEARNED
                        ? new Layer.Frequencies(path() + ".rope", heads, query.out() / heads / 2)
                        : null;
        Rotation turning = new Rotation(rotary, rows, columns, prefix, learned);
        return new Attention(query, key, value, out, norms, inner, turning, places, heads);
    }

    /**
     * The same with learned numbers for the places of patches to each other.
     *
     * @param rows of the grid of patches
     * @param columns of the grid of patches
     * @return the part, with {@code relative_position}
     */
    public Attention withRelativePlaces(int rows, int columns) {
        RelativePlaces added = RelativePlaces.of(path(), rows, columns, heads);
        return new Attention(query, key, value, out, norms, inner, rotation, added, heads);
    }

    /** Where it stands in its block. */
    String path() {
        return query.path().substring(0, query.path().lastIndexOf('.'));
    }

    @Override
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>(List.of(query, key, value));
        layers.addAll(norms);
        if (rotation != null && rotation.learned() != null) {
            layers.add(rotation.learned());
        }
        if (places != null) {
            layers.add(places.table());
        }
        if (inner != null) {
            layers.add(inner);
        }
        layers.add(out);
        return layers;
    }

    @Override
    public boolean mixesTokens() {
        return true;
    }

    @Override
    public String write(ProgramText text, String asking, String all, String like) {
        String q = text.let("q", split(text.linear(query, asking), heads));
        String k = text.let("k", split(text.linear(key, all), keyHeads()));
        if (!norms.isEmpty()) {
            q = text.let("q", text.norm(norms.get(0), q));
            k = text.let("k", text.norm(norms.get(1), k));
        }
        if (rotation != null) {
            int width = query.out() / heads;
            String turns = rotation.turns(text, width);
            // What stands before the patches is not turned.
            String asked = asking.equals(all) ? turns : null;
            q = text.let("q", rotation.turned(text, q, asked, heads, width));
            k = text.let("k", rotation.turned(text, k, turns, keyHeads(), width));
        }
        String v = text.let("v", split(text.linear(value, all), keyHeads()));
        if (keyHeads() < heads) {
            k = text.let("k", forEachQuery(k));
            v = text.let("v", forEachQuery(v));
        }
        String added = places == null ? null : places.bias(text, !asking.equals(all));
        String attended = text.attention(byHead(q), byHead(k), byHead(v), added, null);
        String m = text.let("m", "torch.transpose(" + attended + ", 1, 2)");
        String o = text.let("o", "torch.reshape(" + m + ", torch.size(" + like + "))");
        if (inner != null) {
            o = text.let("o", text.norm(inner, o));
        }
        return text.let("b", text.linear(out, o));
    }

    /** A head of keys or values again for each head of queries that asks it. */
    private String forEachQuery(String x) {
        return String.format(
                Locale.ROOT, "torch.repeat_interleave(%s, %d, 2)", x, heads / keyHeads());
    }

    /** (B, N, count·d) to (B, N, count, d). */
    private String split(String x, int count) {
        return String.format(
                Locale.ROOT,
                "torch.reshape(%s, [torch.size(x, 0), -1, %d, %d])",
                x,
                count,
                query.out() / heads);
    }

    /** (B, N, H, d) to (B, H, N, d). */
    private static String byHead(String x) {
        return "torch.transpose(" + x + ", 1, 2)";
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
