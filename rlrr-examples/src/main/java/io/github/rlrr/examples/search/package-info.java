/** Choosing settings on validation images by successive halving. */
@NullMarked
package io.github.rlrr.examples.search;

import org.jspecify.annotations.NullMarked;
