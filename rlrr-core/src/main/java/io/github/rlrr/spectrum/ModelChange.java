package io.github.rlrr.spectrum;

import ai.djl.nn.Block;
import io.github.rlrr.adapter.AdaptedBlock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What differs between two models of equal architecture, weight matrix by weight matrix.
 *
 * <p>The matrices are the weights of linear layers and of convolutions, a kernel (out, in, k, k) as
 * the matrix (out·k, in·k) that rescaling sees.
 *
 * @param layers the matrices that changed, in module order
 * @param unchanged the paths of those that are equal in both
 * @param leftOut the paths of those that cannot be compared, with the reason: a head trained anew,
 *     a matrix of zeros
 */
public record ModelChange(
        List<LayerChange> layers, List<String> unchanged, Map<String, String> leftOut) {

    /** How many leading singular directions are compared unless told otherwise. */
    public static final int LEADING = 10;

    /** Told how far the work is. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Called before the first matrix and after each.
         *
         * @param done how many are
         * @param total how many there are
         */
        void onMatrix(int done, int total);
    }

    /**
     * Copies the collections.
     *
     * @param layers what changed
     * @param unchanged what did not
     * @param leftOut what cannot be compared, in module order
     */
    public ModelChange {
        layers = List.copyOf(layers);
        unchanged = List.copyOf(unchanged);
        leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
    }

    /**
     * Compares an adapted model with its base.
     *
     * @param adapted the base with an adapter of any method
     * @return what the adapter changes
     * @throws IllegalStateException when ND4J is not on the class path, or an effective value is
     *     not finite
     */
    public static ModelChange of(AdaptedBlock adapted) {
        return between(adapted.base(), adapted, LEADING, (done, total) -> {});
    }

    /**
     * Compares two models, of which either may be an {@link AdaptedBlock}, which is read through
     * its adapter.
     *
     * <p>A head, the last linear layer, is left out where an adapter trains it as a whole or its
     * shape differs: two classifiers of other classes have nothing in common. So is a matrix that
     * is zero in either model.
     *
     * @param before the model that is compared with
     * @param after another of the same module paths and shapes
     * @param leading how many leading singular directions are compared, at least 1; fewer where a
     *     matrix has fewer above 1e-6·λ_1
     * @param listener told how far it is, on the calling thread
     * @return what differs
     * @throws IllegalArgumentException when the models are not of one architecture, naming what
     *     differs, when {@code leading} is below 1, or when a weight is not finite
     * @throws IllegalStateException when ND4J is not on the class path, saying what to add
     */
    public static ModelChange between(Block before, Block after, int leading, Listener listener) {
        if (leading < 1) {
            throw new IllegalArgumentException("leading is " + leading + ", expected at least 1");
        }
        Nd4jPresence.require();
        List<LayerChange> layers = new ArrayList<>();
        List<String> unchanged = new ArrayList<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        try (Weights first = Weights.of(before);
                Weights second = Weights.of(after)) {
            checkSameModules(first.paths(), second.paths());
            int done = 0;
            listener.onMatrix(done, first.paths().size());
            for (String path : first.paths()) {
                String reason = first.notComparable(path, second);
                if (reason == null) {
                    Entries w = first.read(path);
                    Entries changed = second.read(path);
                    if (changed.minus(w).isZero()) {
                        unchanged.add(path);
                    } else if (w.isZero() || changed.isZero()) {
                        reason = "zero in one of the models";
                    } else {
                        layers.add(LayerChange.of(path, w, changed, leading));
                    }
                }
                if (reason != null) {
                    leftOut.put(path, reason);
                }
                listener.onMatrix(++done, first.paths().size());
            }
        }
        return new ModelChange(layers, unchanged, leftOut);
    }

    private static void checkSameModules(Set<String> first, Set<String> second) {
        Set<String> missing = new TreeSet<>(first);
        missing.removeAll(second);
        Set<String> unexpected = new TreeSet<>(second);
        unexpected.removeAll(first);
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new IllegalArgumentException(
                    "the models are not of one architecture: the second lacks "
                            + missing
                            + " and has "
                            + unexpected
                            + " of its own; compare models with the same modules");
        }
    }
}
