package io.github.rlrr.vit.part;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.vit.part.Layer.Norm;
import io.github.rlrr.vit.part.Layer.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Attention with the difference of two softmaxes, which takes away what both have.
 *
 * <pre>
 *   out( (1 − λ₀)·norm( softmax(q₁·k₁ᵀ / √e)·v − λ·softmax(q₂·k₂ᵀ / √e)·v ) )     per head
 *   λ = exp(a₁·b₁) − exp(a₂·b₂) + λ₀        λ₀ = 0.8 − 0.6·exp(−0.3·i) in block i
 * </pre>
 *
 * q₁ and q₂ are the halves of a head's query, e = D / H / 2 wide, k₁ and k₂ those of its key; a and
 * b are learned (e); norm is an RMS norm over 2·e with ε = 1e-5.
 *
 * <p>Source: Ye et al., Differential Transformer, ICLR 2025; timm's {@code DiffAttention}.
 *
 * @param plain the four linear layers, H
 * @param vectors a₁, b₁, a₂, b₂
 * @param norm of each head
 * @param block i
 */
public record DifferentialAttention(Attention plain, List<Values> vectors, Norm norm, int block)
        implements Operation {

    private static final float EPSILON = 1e-5f;

    /**
     * Differential attention of one width.
     *
     * @param plain the attention with its layers; without norms and positions
     * @param block the place of the block, from 0
     * @return the part, with {@code lambda_q1} … and {@code sub_norm}
     */
    public static DifferentialAttention of(Attention plain, int block) {
        String path = plain.path();
        int width = plain.query().out() / plain.heads() / 2;
        List<Values> vectors = new ArrayList<>();
        for (String name : List.of("q1", "k1", "q2", "k2")) {
            vectors.add(new Values(path + ".lambda_" + name, "values", new Shape(width), 0));
        }
        Norm norm = new NormKind(EPSILON, false).at(path + ".sub_norm", 2 * width);
        return new DifferentialAttention(plain, List.copyOf(vectors), norm, block);
    }

    @Override
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>(List.of(plain.query(), plain.key(), plain.value()));
        layers.addAll(vectors);
        layers.add(norm);
        layers.add(plain.out());
        return layers;
    }

    @Override
    public boolean mixesTokens() {
        return true;
    }

    @Override
    public String write(ProgramText text, String asking, String all, String like) {
        String q = text.let("q", split(text.linear(plain.query(), asking), 2));
        String k = text.let("k", split(text.linear(plain.key(), all), 2));
        String v = text.let("v", byHead(split(text.linear(plain.value(), all), 1), 0));
        String first = text.let("m", attended(text, q, k, v, 0));
        String second = text.let("m", attended(text, q, k, v, 1));
        double start = 0.8 - 0.6 * Math.exp(-0.3 * block);
        String factor =
                text.let(
                        "l", format("torch.add(torch.sub(%s, %s), %s)", power(0), power(2), start));
        String difference =
                text.let(
                        "m",
                        format(
                                "torch.sub(%s, torch.mul(%s, %s))",
                                text.single(first), text.single(second), factor));
        String normed = format("torch.mul(%s, %s)", text.exactNorm(norm, difference), 1 - start);
        String m = text.let("m", "torch.transpose(" + text.rounded(normed) + ", 1, 2)");
        String o = text.let("o", "torch.reshape(" + m + ", torch.size(" + like + "))");
        return text.let("b", text.linear(plain.out(), o));
    }

    /** exp(a·b). */
    private String power(int at) {
        return format(
                "torch.exp(torch.sum(torch.mul(%s, %s)))",
                vectors.get(at).variable("values"), vectors.get(at + 1).variable("values"));
    }

    private static String attended(ProgramText text, String q, String k, String v, int half) {
        return text.attention(byHead(q, half), byHead(k, half), v, null, null);
    }

    /** (B, N, D) to (B, N, H, parts, D / H / parts). */
    private String split(String x, int parts) {
        return format(
                "torch.reshape(%s, [torch.size(x, 0), -1, %d, %d, %d])",
                x, plain.heads(), parts, plain.query().out() / plain.heads() / parts);
    }

    /** One part of each head: (B, N, H, parts, e) to (B, H, N, e). */
    private static String byHead(String x, int part) {
        return "torch.transpose(torch.select(" + x + ", 3, " + part + "), 1, 2)";
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }

    /** Two products of queries with keys, each of half the width; two with values, of all of it. */
    @Override
    public void count(ProductCounter counter, long batch, long asking, long all) {
        plain.count(counter, batch, asking, all);
        int half = plain.query().out() / plain.heads() / 2;
        counter.attention(batch * plain.heads(), asking, all, half);
    }
}
