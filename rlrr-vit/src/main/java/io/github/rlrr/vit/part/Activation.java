package io.github.rlrr.vit.part;

/** What stands between the layers of an MLP, on each number. */
public enum Activation {
    /** x·Φ(x), Φ the normal distribution: the exact form, by erf. */
    GELU("torch.gelu(%s)"),
    /** GELU by its approximation with tanh. */
    TANH_GELU("torch.gelu(%s, approximate=\"tanh\")"),
    /** x·σ(1.702·x), of OpenAI's CLIP. */
    QUICK_GELU("torch.mul(%1$s, torch.sigmoid(torch.mul(%1$s, 1.702)))"),
    /** x·σ(x), also called swish. */
    SILU("torch.silu(%s)");

    private final String form;

    Activation(String form) {
        this.form = form;
    }

    /** The expression of a variable. */
    String of(String x) {
        return String.format(java.util.Locale.ROOT, form, x);
    }
}
