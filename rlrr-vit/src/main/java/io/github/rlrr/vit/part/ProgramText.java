package io.github.rlrr.vit.part;

import io.github.rlrr.torch.Processor;
import io.github.rlrr.vit.part.Layer.Linear;
import io.github.rlrr.vit.part.Layer.Norm;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the TorchScript of one block line by line: which layers it reads, in which type its
 * products are computed, and by which operator.
 */
public final class ProgramText {

    /** libtorch's numbers of types. */
    static final int FLOAT32 = 6;

    private static final int INT64 = 4;

    static final int BFLOAT16 = 15;

    /** quint8, of which {@code int_repr} makes plain bytes. */
    private static final int UNSIGNED = 13;

    private final Collection<Layer> layers;
    private final LinearKernel kernel;
    private final Precision precision;
    private final Set<Linear> products = new HashSet<>();
    private final Map<String, String> rounding = new HashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final Map<String, Integer> uses = new HashMap<>();

    /**
     * Begins a program {@code forward} of {@code x} and the parameters of some layers.
     *
     * @param layers whose parameters are its inputs, in order
     * @param kernel which operator computes linear layers
     * @param precision the type of the matrix products
     */
    ProgramText(Collection<Layer> layers, LinearKernel kernel, Precision precision) {
        this.layers = layers;
        this.kernel = kernel;
        this.precision = precision;
        if (precision == Precision.BFLOAT16) {
            types();
        }
    }

    /**
     * In which type matrices that were rounded to bfloat16 are multiplied: those of linear layers,
     * and those of the fused attention, which on a CPU takes longer in bfloat16, its backward
     * twice; so do linear layers on most processors.
     */
    private void types() {
        text.append(
                String.format(
                        Locale.ROOT,
                        """
                            if ops.prim.is_cuda(x):
                              products = %1$d
                              attention = %1$d
                            else:
                              products = %2$d
                              attention = %3$d
                        """,
                        BFLOAT16,
                        productsOnCpu(),
                        FLOAT32));
    }

    /** In which type a CPU multiplies what was rounded to bfloat16. */
    static int productsOnCpu() {
        return Processor.isFastInBfloat16() ? BFLOAT16 : FLOAT32;
    }

    /**
     * Adds a line that names a value.
     *
     * @param name what to call it; a number follows where the name is taken
     * @param expression the value
     * @return the variable
     */
    String let(String name, String expression) {
        String variable = fresh(name);
        text.append("    ").append(variable).append(" = ").append(expression).append('\n');
        return variable;
    }

    /** A variable that is not taken. */
    private String fresh(String name) {
        int use = uses.merge(name, 1, Integer::sum);
        return use == 1 ? name : name + use;
    }

    /** Adds whole lines. */
    void append(String lines) {
        text.append(lines);
    }

    /** Ends the program. */
    String returns(String expression) {
        StringBuilder program = new StringBuilder("  def forward(self, x: Tensor");
        for (Layer layer : layers) {
            for (String parameter : layer.parameters().keySet()) {
                program.append(", ").append(layer.variable(parameter)).append(": Tensor");
                if (parameter.equals("weight")
                        && kernel == LinearKernel.INT8
                        && products.contains(layer)) {
                    program.append(", ").append(scale(layer)).append(": Tensor");
                }
            }
        }
        return program.append(") -> Tensor:\n")
                .append(text)
                .append("    return ")
                .append(expression)
                .append('\n')
                .toString();
    }

    /** The layers so far whose weights enter products in their type, and can be packed. */
    Set<Linear> products() {
        return products;
    }

    private static String scale(Layer layer) {
        return layer.variable("weight_scale");
    }

    /** x·Wᵀ + b, in the type of the products. */
    String linear(Linear layer, String x) {
        products.add(layer);
        return kernel == LinearKernel.INT8
                ? inEightBits(layer, x)
                : kernel.linear(x, weight(layer), bias(layer));
    }

    /**
     * W and each row of x are whole numbers of −127 to 127 times a scale: those of a row of W say
     * {@link Packing}, that of a row of x is its largest magnitude / 127, found here.
     */
    private String inEightBits(Linear layer, String x) {
        String largest =
                rounding.computeIfAbsent(
                        x,
                        row ->
                                let(
                                        "m",
                                        "torch.clamp_min(torch.amax(torch.abs("
                                                + row
                                                + "), [-1], True), 1e-30)"));
        String whole =
                rounding.computeIfAbsent(
                        "whole " + x,
                        row ->
                                let(
                                        "i",
                                        "torch.int_repr(torch.quantize_per_tensor(torch.mul("
                                                + x
                                                + ", torch.mul(torch.reciprocal("
                                                + largest
                                                + "), 127.)), 1., 128, "
                                                + UNSIGNED
                                                + "))"));
        String zeros =
                "torch.zeros(["
                        + layer.out()
                        + "], dtype="
                        + INT64
                        + ", layout=None, device=None, pin_memory=False)";
        String product =
                let(
                        "p",
                        String.format(
                                Locale.ROOT,
                                "ops.onednn.qlinear_pointwise(%s, %s, 128, %s, %s, %s, None, 1.,"
                                        + " 0, %d, \"none\","
                                        + " annotate(List[Optional[number]], []), \"\")",
                                whole,
                                1 / 127.0,
                                layer.variable("weight"),
                                scale(layer),
                                zeros,
                                FLOAT32));
        return layer.bias()
                ? "torch.addcmul(" + bias(layer) + ", " + product + ", " + largest + ")"
                : "torch.mul(" + product + ", " + largest + ")";
    }

    /** An activation of a linear layer. */
    String activated(Linear layer, String x, Activation activation) {
        if (precision == Precision.BFLOAT16) {
            return rounded(activation.of(let("h", half(linear(layer, x)))));
        }
        products.add(layer);
        return activation == Activation.GELU && kernel != LinearKernel.INT8
                ? kernel.gelu(x, weight(layer), bias(layer))
                : activation.of(let("h", linear(layer, x)));
    }

    /** A norm in float32, its result in the type of the products. */
    String norm(Norm layer, String x) {
        return rounded(exactNorm(layer, x));
    }

    /** A norm in float32. */
    String exactNorm(Norm layer, String x) {
        return norm(
                layer.kind(),
                layer.width(),
                single(x),
                layer.variable("gamma"),
                layer.variable("beta"));
    }

    /** A norm of x; an RMS norm has no β. */
    static String norm(NormKind kind, int width, String x, String gamma, String beta) {
        String form =
                kind.centred()
                        ? "torch.layer_norm(%s, [%d], %s, %s, %s)"
                        : "torch.rms_norm(%s, [%d], %s, %5$s)";
        return String.format(Locale.ROOT, form, x, width, gamma, beta, (double) kind.epsilon());
    }

    /** In float32, where the products are computed in half precision and x may be. */
    String single(String x) {
        return precision == Precision.BFLOAT16 ? "torch.to(" + x + ", " + FLOAT32 + ")" : x;
    }

    /** x·Wᵀ + b in float32, whatever the type of the products. */
    String exactLinear(Linear layer, String x) {
        String weight = "torch.to(" + layer.variable("weight") + ", " + FLOAT32 + ")";
        String bias = layer.bias() ? layer.variable("bias") : "None";
        return "torch.linear(" + x + ", " + weight + ", " + bias + ")";
    }

    /** 0, 1, 2 … as float32, where x is. */
    String numbers(int count) {
        return counted(count, FLOAT32);
    }

    /** 0, 1, 2 … as whole numbers, where x is. */
    String range(int count) {
        return counted(count, INT64);
    }

    private static String counted(int count, int type) {
        return "torch.arange("
                + count
                + ", dtype="
                + type
                + ", layout=None, device=ops.prim.device(x), pin_memory=False)";
    }

    /**
     * softmax(q·kᵀ·scale + mask)·v.
     *
     * <p>It is libtorch's fused operator, which never holds the (B, H, M, N) weights. In bfloat16
     * that one is slow on a CPU; there two products and a softmax take half of its time. They keep
     * the weights for backward, so they are taken where that is no more than the fused operator
     * keeps: 2·H·N² bytes in place of 10·N·D, which is N ≤ 5·d.
     *
     * @param q the queries (B, H, M, d), in the type of the products, as are the others
     * @param k the keys (B, H, N, d)
     * @param v the values (B, H, N, d)
     * @param mask what is added, float32; null for nothing
     * @param scale a number; null for 1 / √d
     * @return the expression of (B, H, M, d), in the type of the products
     */
    String attention(String q, String k, String v, @Nullable String mask, @Nullable String scale) {
        String added = mask == null ? "" : ", " + attended(mask);
        String factor = scale == null ? "" : ", 0., False, scale=" + scale;
        String fused =
                String.format(
                        "torch.scaled_dot_product_attention(%s, %s, %s%s%s)",
                        attended(q), attended(k), attended(v), added, factor);
        if (precision != Precision.BFLOAT16) {
            return fused;
        }
        String result = fresh("z");
        String logits = "torch.matmul(torch.mul(" + q + ", %s), torch.transpose(" + k + ", 2, 3))";
        logits =
                String.format(
                        logits,
                        scale == null ? "torch.pow(torch.size(" + q + ", 3), -0.5)" : scale);
        if (mask != null) {
            logits = "torch.add(" + logits + ", " + half(mask) + ")";
        }
        append(
                String.format(
                        """
                            if products != attention and torch.size(%1$s, 2) <= 5 * torch.size(%1$s, 3):
                              %2$s = torch.matmul(torch.softmax(%3$s, -1), %4$s)
                            else:
                              %2$s = %5$s
                        """,
                        k, result, logits, v, rounded(fused)));
        return result;
    }

    private String attended(String x) {
        return precision == Precision.BFLOAT16 ? "torch.to(" + x + ", attention)" : x;
    }

    /** Rounded to bfloat16 and back, whatever the type of the products. */
    String roundedFloat(String x) {
        return "torch.to(" + half(x) + ", " + FLOAT32 + ")";
    }

    private String bias(Linear layer) {
        return layer.bias() ? rounded(layer.variable("bias")) : "None";
    }

    /** A weight in the type of the products, whatever it is held in; itself where that is one. */
    private String weight(Linear layer) {
        String weight = layer.variable("weight");
        if (kernel.isPacked()) {
            return weight;
        }
        return precision == Precision.BFLOAT16
                ? rounded(weight)
                : "torch.to(" + weight + ", " + FLOAT32 + ")";
    }

    /**
     * Rounded where the products are computed in half precision, and of the type they are computed
     * in; gradients come back as float32.
     */
    String rounded(String x) {
        return precision == Precision.BFLOAT16 ? "torch.to(" + half(x) + ", products)" : x;
    }

    private static String half(String x) {
        return "torch.to(" + x + ", " + BFLOAT16 + ")";
    }
}
