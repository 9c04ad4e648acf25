package io.github.rlrr.tensor;

/**
 * Stands in a pickle for an object of a type that no state dict needs: training arguments, NumPy's
 * numbers, a callback. Nothing was called to make it, and it holds nothing.
 *
 * @param name the Python name that would have made it
 */
record PickledForeign(String name) {

    /** Refuses it in place of a tensor. */
    TensorProblemException refused() {
        return PickledGlobal.refused(name);
    }
}
