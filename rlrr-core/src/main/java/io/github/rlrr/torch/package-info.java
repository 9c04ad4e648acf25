/**
 * What DJL's API leaves out of libtorch: programs written as TorchScript text, gradient mode,
 * thread counts and a check of the versions met. The only package that touches DJL's native
 * bindings; unstable between versions of this library.
 */
@NullMarked
package io.github.rlrr.torch;

import org.jspecify.annotations.NullMarked;
