/** A plain Vision Transformer as DJL blocks. It knows nothing of adapters. */
@NullMarked
package io.github.rlrr.vit;

import org.jspecify.annotations.NullMarked;
