package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.rlrr.torch.Segment;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes one token of four neighbours, (B, h·w, D) to (B, ⌈h/2⌉·⌈w/2⌉, out), as between the stages
 * of a Swin Transformer.
 *
 * <pre>
 *   reduction(norm(c))       Swin: norm of 4·D numbers
 *   norm(reduction(c))       Swin V2: norm of the result
 * </pre>
 *
 * c holds the numbers of the four, top left, bottom left, top right, bottom right; zeros stand
 * where the grid has an odd side.
 */
public final class PatchMerging extends Modules {

    private final Parts parts;
    private final String program;

    /**
     * What it is made of.
     *
     * @param gridHeight rows of tokens
     * @param gridWidth columns of tokens
     * @param norm of all numbers of four tokens, or of the result
     * @param reduction (out, 4·D)
     */
    public record Parts(int gridHeight, int gridWidth, Layer.Norm norm, Layer.Linear reduction) {

        /**
         * The modules that hold its parameters.
         *
         * @return the layers
         */
        public List<Layer> layers() {
            return normFirst() ? List.of(norm, reduction) : List.of(reduction, norm);
        }

        private boolean normFirst() {
            return norm.width() == reduction.in();
        }

        private int outputs() {
            return (gridHeight + 1) / 2 * ((gridWidth + 1) / 2);
        }

        /**
         * Counts the matrix products of a forward.
         *
         * @param counter takes them
         * @param batch B
         */
        public void count(ProductCounter counter, long batch) {
            counter.linear(batch * outputs(), reduction);
        }
    }

    /**
     * Builds the layers without weights.
     *
     * @param parts what it is made of
     */
    public PatchMerging(Parts parts) {
        super(parts.layers());
        this.parts = parts;
        program = program(Precision.FLOAT32);
    }

    private PatchMerging(PatchMerging other, Precision precision) {
        super(other);
        other.requireParameters(true);
        precision.requireForTraining();
        parts = other.parts;
        program = program(precision);
    }

    private PatchMerging(PatchMerging other, Packed packed) {
        super(other, packed);
        parts = other.parts;
        Packing packing = packed.packing();
        program = program(packing.kernel(), packing.rest());
    }

    /**
     * The same with another type of its matrix product.
     *
     * @param precision the type
     * @return a block that shares everything else
     */
    public PatchMerging with(Precision precision) {
        return new PatchMerging(this, precision);
    }

    /**
     * One that answers alone, in place of this one, whose weight is freed.
     *
     * @param precision the type of its matrix product
     * @return the block; one that shares everything where its weight is best left as it is
     */
    public PatchMerging forInference(Precision precision) {
        Packed packed = packed(precision, Set.of(parts.reduction()));
        return packed == null ? with(precision) : new PatchMerging(this, packed);
    }

    private String program(Precision precision) {
        return program(LinearKernel.RECORDED, precision);
    }

    private String program(LinearKernel kernel, Precision precision) {
        ProgramText text = new ProgramText(parts.layers(), kernel, precision);
        int height = parts.gridHeight();
        int width = parts.gridWidth();
        int size = parts.reduction().in() / 4;
        String grid =
                text.let("g", format("torch.reshape(x, [-1, %d, %d, %d])", height, width, size));
        if (height % 2 + width % 2 > 0) {
            grid =
                    text.let(
                            "g",
                            format(
                                    "torch.constant_pad_nd(%s, [0, 0, 0, %d, 0, %d], 0)",
                                    grid, width % 2, height % 2));
        }
        String fours =
                format(
                        "torch.reshape(%s, [-1, %d, 2, %d, 2, %d])",
                        grid, (height + 1) / 2, (width + 1) / 2, size);
        String c =
                text.let(
                        "c",
                        format(
                                "torch.reshape(torch.permute(%s, [0, 1, 3, 4, 2, 5]), [-1, %d, %d])",
                                fours, parts.outputs(), 4 * size));
        if (parts.normFirst()) {
            return text.returns(
                    text.single(
                            text.let(
                                    "r",
                                    text.linear(
                                            parts.reduction(),
                                            text.let("n", text.norm(parts.norm(), c))))));
        }
        String r = text.let("r", text.linear(parts.reduction(), text.let("n", text.rounded(c))));
        return text.returns(text.exactNorm(parts.norm(), r));
    }

    private static String format(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList tokens,
            boolean training,
            @Nullable PairList<String, Object> params) {
        return new NDList(
                Segment.run(
                        store,
                        tokens.singletonOrThrow(),
                        (values, x) -> run(program, values, x, training)));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {new Shape(inputs[0].get(0), parts.outputs(), parts.reduction().out())};
    }
}
