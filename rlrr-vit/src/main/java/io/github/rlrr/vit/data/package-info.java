/**
 * Labelled images: found in folders, split by seed, held in memory as far as they fit, and read as
 * float32.
 */
@NullMarked
package io.github.rlrr.vit.data;

import org.jspecify.annotations.NullMarked;
