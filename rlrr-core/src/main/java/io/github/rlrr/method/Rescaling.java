package io.github.rlrr.method;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.method.TensorSpec.Start;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The RLRR reparameterization of a linear layer or convolution.
 *
 * <pre>
 *   W' = W + (S_right · S_left) ⊙ W        S_left: (r, in)   S_right: (out, r)
 *   b' = b + f                             f: (out)
 * </pre>
 *
 * Element by element W'[o,i] = (1 + Σ_k S_right[o,k]·S_left[k,i]) · W[o,i]. W and b are frozen; the
 * tensors {@code scale_left}, {@code scale_right} and {@code shift} are trained, float32. Rank 1 is
 * the paper's equation 9; rank r its supplement F. A convolution kernel (out, in, k, k) is rescaled
 * as the matrix (out·k, in·k) that the permutation to (out, k, in, k) gives. {@link Form} and
 * {@link Sides} select the paper's ablations.
 *
 * <p>Source: Dong et al., Low-Rank Rescaled Vision Transformer Fine-Tuning, CVPR 2024, section 3.3.
 *
 * @param rank r, at least 1
 * @param form how the product of the scales meets W
 * @param sides which scales are trained
 * @param shift whether the bias gets a learned shift f (where the module has a bias)
 * @param initialisation where the scales start; f starts at 0
 */
public record Rescaling(
        int rank, Form form, Sides sides, boolean shift, Initialisation initialisation)
        implements Reparameterization {

    /** How P = S_right · S_left meets the frozen weight. */
    public enum Form {
        /** W' = W + P ⊙ W: the method. */
        RESIDUAL,
        /** W' = P ⊙ W: the ablation without residual. */
        PLAIN,
        /** W' = W + P: an additive low-rank term. */
        ADDITIVE
    }

    /** Which scales are trained; an absent one counts as ones. */
    public enum Sides {
        /** S_left and S_right: the method. */
        BOTH,
        /** S_left alone: columns of W are rescaled. */
        LEFT,
        /** S_right alone: rows of W are rescaled. */
        RIGHT
    }

    /**
     * The method in one operation, as a TorchScript program of W, S_right and S_left: neither their
     * product nor its Hadamard product with W outlives it, and backward needs W alone, which is
     * there anyhow.
     */
    public static final String PROGRAM =
            """
              def forward(self, w: Tensor, right: Tensor, left: Tensor) -> Tensor:
                return torch.addcmul(w, w, torch.mm(right, left))
            """;

    /** Input-side scales, S_left. */
    public static final String SCALE_LEFT = "scale_left";

    /** Output-side scales, S_right. */
    public static final String SCALE_RIGHT = "scale_right";

    /** The bias shift f. */
    public static final String SHIFT = "shift";

    /**
     * Checks the combination.
     *
     * @param rank at least 1; 1 where one side is trained alone
     * @param form {@code ADDITIVE} needs both sides
     * @param sides which scales are trained
     * @param shift whether f is trained
     * @param initialisation a start that leaves some scale other than 0 where two meet
     * @throws IllegalArgumentException when it makes no sense or could not learn, with the reason
     */
    public Rescaling {
        if (rank < 1) {
            throw new IllegalArgumentException("rank is " + rank + ", expected at least 1");
        }
        if (sides != Sides.BOTH && rank != 1) {
            throw new IllegalArgumentException(
                    "rank "
                            + rank
                            + " with scales on one side only: one vector times ones has rank 1; set"
                            + " rank 1, or train both sides");
        }
        if (sides != Sides.BOTH && form == Form.ADDITIVE) {
            throw new IllegalArgumentException(
                    "additive form with scales on one side only adds the same value to whole rows"
                            + " or columns; train both sides");
        }
        // As float32, so that -0 and what is too small for a float count as 0.
        boolean zero =
                initialisation.kind() == Initialisation.Kind.CONSTANT
                        && (float) initialisation.value() == 0f;
        if (zero && (sides == Sides.BOTH || form == Form.PLAIN)) {
            throw new IllegalArgumentException(
                    "every scale starts at 0: each factor's gradient is 0 then and nothing can"
                            + " learn; use initialisation IDENTITY to start at the base model");
        }
    }

    @Override
    public Set<SiteKind> kinds() {
        return Set.of(SiteKind.LINEAR, SiteKind.CONVOLUTION);
    }

    @Override
    public Set<Role> roles() {
        return shift ? Set.of(Role.values()) : Set.of(Role.WEIGHT);
    }

    @Override
    public List<TensorSpec> tensors(Site site) {
        long out = site.matrixShape().get(0);
        long in = site.matrixShape().get(1);
        List<TensorSpec> specs = new ArrayList<>();
        if (sides != Sides.RIGHT) {
            specs.add(new TensorSpec(SCALE_LEFT, new Shape(rank, in), true, startLeft(in)));
        }
        if (sides != Sides.LEFT) {
            specs.add(new TensorSpec(SCALE_RIGHT, new Shape(out, rank), true, startRight()));
        }
        if (shift && site.bias() != null) {
            Shape shape = new Shape(site.outputs());
            specs.add(new TensorSpec(SHIFT, shape, false, Start.constant(0)));
        }
        return specs;
    }

    private Start startLeft(long in) {
        Start drawn = Start.uniform(Math.sqrt(6.0 / in));
        return switch (initialisation.kind()) {
            case IDENTITY ->
                    switch (form) {
                        // Without residual the first of the r products is 1, the others 0.
                        case PLAIN -> firstRowOnes(drawn, in);
                        case RESIDUAL, ADDITIVE -> Start.constant(0);
                    };
            case KAIMING -> drawn;
            default -> commonStart();
        };
    }

    private Start startRight() {
        Start drawn = Start.uniform(Math.sqrt(6.0 / rank));
        return switch (initialisation.kind()) {
            case IDENTITY ->
                    switch (form) {
                        case PLAIN -> firstColumnOne();
                        // With S_left = 0 the product is 0 whatever S_right is, and S_left learns.
                        case RESIDUAL, ADDITIVE -> sides == Sides.BOTH ? drawn : Start.constant(0);
                    };
            case KAIMING -> drawn;
            default -> commonStart();
        };
    }

    private Start commonStart() {
        return switch (initialisation.kind()) {
            case NORMAL -> Start.normal(0, initialisation.value());
            case UNIFORM -> Start.uniform(initialisation.value());
            default -> Start.constant(initialisation.value());
        };
    }

    private static Start firstRowOnes(Start others, long in) {
        return (random, size) -> {
            float[] values = others.values(random, size);
            Arrays.fill(values, 0, Math.toIntExact(in), 1f);
            return values;
        };
    }

    private Start firstColumnOne() {
        return (random, size) -> {
            float[] values = new float[size];
            for (int i = 0; i < size; i += rank) {
                values[i] = 1f;
            }
            return values;
        };
    }

    @Override
    public void checkNew(Site site) {
        Shape matrix = site.matrixShape();
        site.requireRank("rank", rank, Math.min(matrix.get(0), matrix.get(1)));
    }

    @Override
    public NDArray effective(Site site, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        NDArray value = frozen.of(role);
        if (role == Role.BIAS) {
            NDArray f = tensors.get(SHIFT);
            return f == null ? value : value.add(f);
        }
        boolean method = form == Form.RESIDUAL && sides == Sides.BOTH;
        if (method && site.kind() == SiteKind.LINEAR && TorchRuntime.owns(value)) {
            NDArray right = tensor(tensors, SCALE_RIGHT);
            return TorchProgram.shared(PROGRAM)
                    .forward(value, right, tensor(tensors, SCALE_LEFT))
                    .head();
        }
        return plain(site, value, tensors);
    }

    /** What is computed from W and float32 scales is float32, and backward keeps W as it is. */
    @Override
    public boolean takesHalf() {
        return true;
    }

    /** The same array by array, on any engine and for every variant. */
    NDArray plain(Site site, NDArray frozen, Map<String, NDArray> tensors) {
        NDArray product = product(tensors);
        if (site.kind() == SiteKind.LINEAR) {
            return combine(frozen, product);
        }
        Shape kernel = frozen.getShape();
        Shape split = new Shape(kernel.get(0), kernel.get(2), kernel.get(1), kernel.get(3));
        NDArray matrix = frozen.transpose(0, 2, 1, 3).reshape(site.matrixShape());
        return combine(matrix, product).reshape(split).transpose(0, 2, 1, 3);
    }

    /** P = S_right · S_left: (out, in), or a row or column that broadcasts to it. */
    private NDArray product(Map<String, NDArray> tensors) {
        return switch (sides) {
            case BOTH -> tensor(tensors, SCALE_RIGHT).matMul(tensor(tensors, SCALE_LEFT));
            case LEFT -> tensor(tensors, SCALE_LEFT);
            case RIGHT -> tensor(tensors, SCALE_RIGHT);
        };
    }

    private NDArray combine(NDArray w, NDArray p) {
        return switch (form) {
            case RESIDUAL -> w.mul(p).addi(w);
            case PLAIN -> w.mul(p);
            case ADDITIVE -> w.add(p);
        };
    }

    private static NDArray tensor(Map<String, NDArray> tensors, String name) {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    "tensor " + name + " is missing; there are: " + tensors.keySet());
        }
        return tensor;
    }
}
