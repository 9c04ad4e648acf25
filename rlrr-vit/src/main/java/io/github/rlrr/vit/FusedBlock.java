package io.github.rlrr.vit;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.rlrr.torch.TorchProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * An encoder block as one TorchScript program: what {@link EncoderBlock} computes array by array,
 * in one native call.
 *
 * <pre>
 *   y = x + out(attention(query(n), key(n), value(n)))     n = norm1(x)
 *   z = y + fc2(GELU(fc1(norm2(y))))                       x, y, z: (B, N, D)
 * </pre>
 *
 * <p>Attention is libtorch's fused operator, which never holds the (B, H, N, N) weights; what no
 * later operation needs is freed as soon as it has been used. Weights and biases are inputs, read
 * from the parameter store: an adapter's effective values enter here.
 */
final class FusedBlock {

    /** The names of the inputs after x, in the order of the parameters. */
    private static final List<String> NAMES =
            List.of(
                    "norm1_gain",
                    "norm1_bias",
                    "query_weight",
                    "query_bias",
                    "key_weight",
                    "key_bias",
                    "value_weight",
                    "value_bias",
                    "out_weight",
                    "out_bias",
                    "norm2_gain",
                    "norm2_bias",
                    "fc1_weight",
                    "fc1_bias",
                    "fc2_weight",
                    "fc2_bias");

    /** libtorch's numbers of types. */
    private static final int FLOAT32 = 6;

    private static final int BFLOAT16 = 15;

    private final VitConfig config;
    private final Precision precision;
    private final List<Parameter> parameters = new ArrayList<>();
    private final Programs whole;
    private final Programs classToken;

    /**
     * The texts of one computation.
     *
     * @param recorded with gradients
     * @param unrecorded without
     * @param training with gradients and dropout
     */
    private record Programs(String recorded, String unrecorded, String training) {}

    /**
     * Takes the parameters of a block's children.
     *
     * @param config the geometry
     * @param sum what is dropped from the branches in training
     * @param precision the type of the matrix products
     * @param children norm1, query, key, value, out, norm2, fc1 and fc2
     */
    FusedBlock(VitConfig config, ResidualSum sum, Precision precision, List<Block> children) {
        this.config = config;
        this.precision = precision;
        children.forEach(child -> parameters.addAll(child.getDirectParameters().values()));
        whole = programs(sum, false);
        classToken = programs(sum, true);
    }

    private Programs programs(ResidualSum sum, boolean classTokenAlone) {
        return new Programs(
                text(Products.RECORDED, ResidualSum.PLAIN, classTokenAlone),
                text(Products.UNRECORDED, ResidualSum.PLAIN, classTokenAlone),
                text(Products.RECORDED, sum, classTokenAlone));
    }

    /**
     * Computes the block.
     *
     * @param store answers with the parameters' values
     * @param x (B, N, D)
     * @param training whether branches are dropped
     * @return (B, N, D) on x's manager
     */
    NDArray forward(ParameterStore store, NDArray x, boolean training) {
        return run(whole, store, x, training);
    }

    /**
     * Computes the class token's row alone; every token is asked, only the class token asks.
     *
     * @param store answers with the parameters' values
     * @param x (B, N, D)
     * @param training whether branches are dropped
     * @return (B, 1, D) on x's manager
     */
    NDArray classToken(ParameterStore store, NDArray x, boolean training) {
        return run(classToken, store, x, training);
    }

    /** The programs that drop nothing. */
    Map<String, String> programs() {
        return Map.of("block", whole.recorded(), "class_token", classToken.recorded());
    }

    private NDArray run(Programs programs, ParameterStore store, NDArray x, boolean training) {
        Device device = x.getDevice();
        NDArray[] inputs = new NDArray[1 + parameters.size()];
        inputs[0] = x;
        for (int i = 0; i < parameters.size(); i++) {
            NDArray value = store.getValue(parameters.get(i), device, training);
            inputs[i + 1] = Objects.requireNonNull(value);
        }
        return TorchProgram.shared(program(programs, x, training)).forward(inputs).head();
    }

    private String program(Programs programs, NDArray x, boolean training) {
        if (training) {
            return programs.training();
        }
        boolean unrecorded =
                precision == Precision.FLOAT32 && Products.of(x) == Products.UNRECORDED;
        return unrecorded ? programs.unrecorded() : programs.recorded();
    }

    private String text(Products products, ResidualSum dropped, boolean classTokenAlone) {
        StringBuilder text = new StringBuilder("  def forward(self, x: Tensor");
        NAMES.forEach(name -> text.append(", ").append(name).append(": Tensor"));
        text.append(") -> Tensor:\n");
        line(text, "n = %s", half(norm("x", "norm1")));
        line(text, classTokenAlone ? "a = torch.slice(n, 1, 0, 1)" : "a = n");
        line(text, classTokenAlone ? "r = torch.slice(x, 1, 0, 1)" : "r = x");
        line(text, "q = %s", heads(linear(products, "a", "query")));
        line(text, "k = %s", heads(linear(products, "n", "key")));
        line(text, "v = %s", heads(linear(products, "n", "value")));
        line(text, "m = torch.transpose(torch.scaled_dot_product_attention(q, k, v), 1, 2)");
        line(text, "o = torch.reshape(m, torch.size(r))");
        line(text, "b = %s", linear(products, "o", "out"));
        text.append(dropped.text("b"));
        line(text, "y = torch.add(r, b)");
        line(text, "l = %s", half(norm("y", "norm2")));
        line(text, "g = %s", products.gelu("l", product("fc1_weight"), half("fc1_bias")));
        line(text, "c = %s", linear(products, "g", "fc2"));
        text.append(dropped.text("c"));
        line(text, "return torch.add(y, c)");
        return text.toString();
    }

    private static void line(StringBuilder text, String line, Object... values) {
        text.append("    ").append(String.format(Locale.ROOT, line, values)).append('\n');
    }

    private String norm(String x, String name) {
        return String.format(
                Locale.ROOT,
                "torch.layer_norm(%s, [%d], %s_gain, %s_bias, %s)",
                x,
                config.width(),
                name,
                name,
                (double) config.layerNormEpsilon());
    }

    private String linear(Products products, String x, String name) {
        return products.linear(x, product(name + "_weight"), half(name + "_bias"));
    }

    /** (B, N, D) to (B, H, N, d), d = D / H. */
    private String heads(String x) {
        int heads = config.heads();
        return String.format(
                Locale.ROOT,
                "torch.transpose(torch.reshape(%s, [torch.size(x, 0), -1, %d, %d]), 1, 2)",
                x,
                heads,
                config.width() / heads);
    }

    /** A weight in the type of the products, whatever it is held in; itself where that is one. */
    private String product(String weight) {
        return precision == Precision.BFLOAT16
                ? half(weight)
                : "torch.to(" + weight + ", " + FLOAT32 + ")";
    }

    /**
     * Rounded where the products are computed in half precision; gradients come back as float32.
     */
    private String half(String x) {
        return precision == Precision.BFLOAT16 ? "torch.to(" + x + ", " + BFLOAT16 + ")" : x;
    }
}
