package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A block of the encoder, (B, N, D) to (B, N, D): residual branches one after another, as one
 * TorchScript program.
 *
 * <pre>
 *   x ← x + operation(norm(x))      for each branch; or norm(operation(x))
 * </pre>
 *
 * <p>What no later operation needs is freed as soon as it has been used. Weights and biases are
 * inputs of the program, read from the parameter store: an adapter's effective values enter here.
 * In training the sums may drop a part of what they add: {@link ResidualDropout}. Runs on DJL's
 * PyTorch engine alone.
 */
public final class EncoderBlock extends Modules {

    private final List<Branch> branches;
    private final ResidualSum sum;
    private final Precision precision;
    private final @Nullable Packing packing;
    private final Programs whole;
    private volatile @Nullable Leading leading;

    /**
     * The texts of one computation.
     *
     * @param recorded with gradients
     * @param unrecorded without
     * @param training with gradients and dropout
     */
    private record Programs(String recorded, String unrecorded, String training) {

        /** One text, whatever it is asked for. */
        Programs(String only) {
            this(only, only, only);
        }
    }

    /** Those that compute the first tokens alone. */
    private record Leading(int count, Programs programs) {}

    /** Stands for all tokens. */
    private static final int ALL = 0;

    /**
     * Builds a block without weights.
     *
     * @param branches what it computes
     */
    @SuppressWarnings("this-escape")
    public EncoderBlock(List<Branch> branches) {
        super(Branch.layers(branches));
        this.branches = List.copyOf(branches);
        sum = ResidualSum.PLAIN;
        precision = Precision.FLOAT32;
        packing = null;
        whole = programs(ALL);
    }

    private EncoderBlock(EncoderBlock other, ResidualSum sum, Precision precision) {
        super(other);
        other.requireParameters(true);
        precision.requireForTraining();
        branches = other.branches;
        this.sum = sum;
        this.precision = precision;
        packing = null;
        whole = programs(ALL);
    }

    private EncoderBlock(EncoderBlock other, Packed packed) {
        super(other, packed);
        branches = other.branches;
        sum = ResidualSum.PLAIN;
        packing = packed.packing();
        precision = packing.rest();
        whole = programs(ALL);
    }

    /** A block that shares everything but the way branches are added. */
    EncoderBlock with(ResidualSum other) {
        return new EncoderBlock(this, other, precision);
    }

    /** A block that shares everything but the type of its matrix products. */
    EncoderBlock with(Precision other) {
        return new EncoderBlock(this, sum, other);
    }

    /**
     * A block that answers alone and holds its weights {@link Packing packed}, in place of this
     * one, whose weights are freed. Where they are best left as they are, one that shares them.
     */
    EncoderBlock forInference(Precision other) {
        ProgramText text = text(LinearKernel.RECORDED);
        write(text, ResidualSum.PLAIN, ALL);
        Packed packed = packed(other, text.products());
        return packed == null ? with(other) : new EncoderBlock(this, packed);
    }

    /** Written when they are asked for: not every operation can let some tokens ask. */
    private Programs leadingPrograms(int count) {
        Leading known = leading;
        if (known == null || known.count() != count) {
            known = new Leading(count, programs(count));
            leading = known;
        }
        return known.programs();
    }

    /** Whether training drops a part of what is added. */
    boolean drops() {
        return !sum.equals(ResidualSum.PLAIN);
    }

    private Programs programs(int count) {
        if (packing != null) {
            return new Programs(text(packing.kernel(), ResidualSum.PLAIN, count));
        }
        return new Programs(
                text(LinearKernel.RECORDED, ResidualSum.PLAIN, count),
                text(LinearKernel.UNRECORDED, ResidualSum.PLAIN, count),
                text(LinearKernel.RECORDED, sum, count));
    }

    private String text(LinearKernel kernel, ResidualSum dropped, int count) {
        ProgramText text = text(kernel);
        return text.returns(write(text, dropped, count));
    }

    private ProgramText text(LinearKernel kernel) {
        return new ProgramText(Branch.layers(branches), kernel, precision);
    }

    /** The variable of the result. */
    private String write(ProgramText text, ResidualSum dropped, int count) {
        int last = lastThatMixesTokens();
        String x = "x";
        for (int i = 0; i < branches.size(); i++) {
            Branch branch = branches.get(i);
            String all = branch.entering(text, x);
            String asking = all;
            if (count != ALL && i == last) {
                String first = ", 1, 0, " + count + ")";
                asking = text.let("a", "torch.slice(" + all + first);
                x = text.let("r", "torch.slice(" + x + first);
            }
            String added = branch.write(text, asking, all, x);
            text.append(dropped.text(added));
            x = text.let("y", "torch.add(" + x + ", " + added + ")");
        }
        return x;
    }

    /** From the branch after this one on, a token needs no other. */
    private int lastThatMixesTokens() {
        int last = 0;
        for (int i = 0; i < branches.size(); i++) {
            last = branches.get(i).operation().mixesTokens() ? i : last;
        }
        return last;
    }

    /**
     * The programs that drop nothing, of x (B, N, D) and the block's parameters in the order of
     * their paths.
     *
     * @param precision the type of the matrix products
     * @return {@code block}, which gives (B, N, D), and {@code class_token}, which gives the class
     *     token's row alone (B, 1, D)
     */
    public Map<String, String> programs(Precision precision) {
        EncoderBlock view = with(precision);
        return Map.of(
                "block", view.whole.recorded(), "class_token", view.leadingPrograms(1).recorded());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList tokens,
            boolean training,
            @Nullable PairList<String, Object> params) {
        return new NDList(run(whole, store, tokens.singletonOrThrow(), training));
    }

    /**
     * The block's output for the first tokens alone, (B, N, D) to (B, count, D): equal to the first
     * rows of the whole output at a fraction of its cost. The last block needs no more where
     * nothing else leaves the network.
     */
    NDArray leading(ParameterStore store, NDArray x, int count, boolean training) {
        return run(leadingPrograms(count), store, x, training);
    }

    private NDArray run(Programs programs, ParameterStore store, NDArray x, boolean training) {
        return run(program(programs, x, training), store, x, training);
    }

    private String program(Programs programs, NDArray x, boolean training) {
        if (training) {
            return programs.training();
        }
        boolean unrecorded =
                precision == Precision.FLOAT32 && LinearKernel.of(x) == LinearKernel.UNRECORDED;
        return unrecorded ? programs.unrecorded() : programs.recorded();
    }
}
