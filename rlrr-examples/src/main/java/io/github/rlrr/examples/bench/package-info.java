/**
 * The command {@code rlrr bench}: what a training step, a forward, the optimizer and the loader
 * cost here.
 */
@NullMarked
package io.github.rlrr.examples.bench;

import org.jspecify.annotations.NullMarked;
