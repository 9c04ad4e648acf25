/** Labelled images: found in folders, split by seed, decoded once and read as float32. */
@NullMarked
package io.github.rlrr.vit.data;

import org.jspecify.annotations.NullMarked;
