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
    private final Programs whole;
    private volatile @Nullable Programs classToken;

    /**
     * The texts of one computation.
     *
     * @param recorded with gradients
     * @param unrecorded without
     * @param training with gradients and dropout
     */
    private record Programs(String recorded, String unrecorded, String training) {}

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
        whole = programs(false);
    }

    private EncoderBlock(EncoderBlock other, ResidualSum sum, Precision precision) {
        super(other);
        branches = other.branches;
        this.sum = sum;
        this.precision = precision;
        whole = programs(false);
    }

    /** A block that shares everything but the way branches are added. */
    EncoderBlock with(ResidualSum other) {
        return new EncoderBlock(this, other, precision);
    }

    /** A block that shares everything but the type of its matrix products. */
    EncoderBlock with(Precision other) {
        return new EncoderBlock(this, sum, other);
    }

    /** Written when it is asked for: not every operation can let one token ask. */
    private Programs classTokenPrograms() {
        Programs known = classToken;
        if (known == null) {
            known = programs(true);
            classToken = known;
        }
        return known;
    }

    /** Whether training drops a part of what is added. */
    boolean drops() {
        return !sum.equals(ResidualSum.PLAIN);
    }

    private Programs programs(boolean classTokenAlone) {
        return new Programs(
                text(LinearKernel.RECORDED, ResidualSum.PLAIN, classTokenAlone),
                text(LinearKernel.UNRECORDED, ResidualSum.PLAIN, classTokenAlone),
                text(LinearKernel.RECORDED, sum, classTokenAlone));
    }

    private String text(LinearKernel kernel, ResidualSum dropped, boolean classTokenAlone) {
        ProgramText text = new ProgramText(Branch.layers(branches), kernel, precision);
        int last = lastThatMixesTokens();
        String x = "x";
        for (int i = 0; i < branches.size(); i++) {
            Branch branch = branches.get(i);
            String all = branch.entering(text, x);
            String asking = all;
            if (classTokenAlone && i == last) {
                asking = text.let("a", "torch.slice(" + all + ", 1, 0, 1)");
                x = text.let("r", "torch.slice(" + x + ", 1, 0, 1)");
            }
            String added = branch.write(text, asking, all, x);
            text.append(dropped.text(added));
            x = text.let("y", "torch.add(" + x + ", " + added + ")");
        }
        return text.returns(x);
    }

    /** From the branch after this one on, the class token needs no other. */
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
                "block",
                view.whole.recorded(),
                "class_token",
                view.classTokenPrograms().recorded());
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
     * The block's output for the class token alone, (B, N, D) to (B, 1, D): equal to the first row
     * of the whole output at a fraction of its cost. The last block needs no more, since nothing
     * else leaves the network.
     */
    NDArray classToken(ParameterStore store, NDArray x, boolean training) {
        return run(classTokenPrograms(), store, x, training);
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
