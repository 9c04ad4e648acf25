/**
 * Bounds-checked readers and writers of tensor files: safetensors, NumPy npz, and PyTorch's (read
 * only).
 */
@NullMarked
package io.github.rlrr.tensor;

import org.jspecify.annotations.NullMarked;
