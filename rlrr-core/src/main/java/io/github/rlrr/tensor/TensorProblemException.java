package io.github.rlrr.tensor;

import java.io.IOException;

/** A problem of a tensor, found where neither file nor name is known; the reader adds both. */
final class TensorProblemException extends IOException {

    private static final long serialVersionUID = 1L;

    TensorProblemException(String problem) {
        super(problem);
    }
}
