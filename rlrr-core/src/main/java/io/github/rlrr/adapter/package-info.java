/** Reads frozen parameters of any DJL block through trainable reparameterizations. */
@NullMarked
package io.github.rlrr.adapter;

import org.jspecify.annotations.NullMarked;
