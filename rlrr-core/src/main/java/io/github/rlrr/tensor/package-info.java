/** Bounds-checked readers and writers of tensor files: safetensors and NumPy npz. */
@NullMarked
package io.github.rlrr.tensor;

import org.jspecify.annotations.NullMarked;
