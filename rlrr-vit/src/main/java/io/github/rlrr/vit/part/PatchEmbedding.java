package io.github.rlrr.vit.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts images (B, 3, h, w) into patches and projects each to a token: (B, patches, D). */
public final class PatchEmbedding extends Modules {

    private final Layer.Patches proj;
    private final Layer.@Nullable Norm norm;

    /**
     * Builds the projection without weights.
     *
     * @param proj the convolution, {@code proj}
     * @param norm of each patch, {@code norm}; null for none
     */
    public PatchEmbedding(Layer.Patches proj, Layer.@Nullable Norm norm) {
        super(norm == null ? List.of(proj) : List.of(proj, norm));
        this.proj = proj;
        this.norm = norm;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        try (NDArray grid = child(proj).forward(store, inputs, training).head(); // (B, D, gh, gw)
                NDArray flat = grid.reshape(grid.getShape().get(0), proj.out(), -1)) {
            NDArray patches = flat.transpose(0, 2, 1); // (B, patches, D)
            if (norm == null) {
                return new NDList(patches);
            }
            try (patches) {
                return child(norm).forward(store, new NDList(patches), training);
            }
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        Shape images = inputs[0];
        long side = proj.side();
        long patches = images.get(2) / side * (images.get(3) / side);
        return new Shape[] {new Shape(images.get(0), patches, proj.out())};
    }
}
