package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.vit.VitConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one family of files names and arranges a Vision Transformer's weights. */
interface CheckpointLayout {

    /** For people: "Google". */
    String label();

    /**
     * What stands before the names of a model, beyond this family's own prefixes, if this is the
     * name of its patch embedding; null for another name.
     */
    @Nullable String before(String name);

    /** Whether a file with these tensors is of this family. */
    boolean recognises(Map<String, TensorInfo> tensors);

    /** Whether a tensor that no weight needs is known and can be left. */
    boolean ignores(String name);

    /** The ε of layer norms in models of this family. */
    float layerNormEpsilon();

    /** What stands before the names in a file with these tensors. */
    String prefix(Map<String, TensorInfo> tensors);

    /** What stands before the names in the files that others read, and we write. */
    String usualPrefix();

    /** The name of the class token's embedding. */
    String classToken(String prefix);

    /** What the tensors' shapes say of the geometry. */
    Geometry geometry(Map<String, TensorInfo> tensors);

    /**
     * Where each of our parameters comes from.
     *
     * @param config the geometry of the file
     * @param prefix stands before the names
     */
    Map<String, Source> sources(VitConfig config, String prefix);

    /**
     * One parameter's place in a file: rows of a tensor, its axes permuted, then read in our shape.
     *
     * @param tensor the tensor's name in the file
     * @param fileShape the shape it must have there
     * @param permutation the order of its axes that gives ours; null for as it is
     * @param part which of {@code parts} equal pieces along the first axis
     * @param parts how many pieces the tensor holds; 1 for the whole
     */
    record Source(
            String tensor, Shape fileShape, int @Nullable [] permutation, int part, int parts) {

        static Source tensor(String tensor, long... fileShape) {
            return new Source(tensor, new Shape(fileShape), null, 0, 1);
        }

        Source permuted(int... axes) {
            return new Source(tensor, fileShape, axes, part, parts);
        }

        Source part(int index, int count) {
            return new Source(tensor, fileShape, permutation, index, count);
        }
    }

    /**
     * What a file's shapes tell.
     *
     * @param heads the number of heads, or 0 where the shapes do not tell
     * @param positions the number of position embeddings, class token included
     * @param classes the outputs of the file's head, or 0 for none
     */
    record Geometry(
            int patchSize,
            int width,
            int depth,
            int heads,
            int mlpWidth,
            int positions,
            int classes) {}
}
