/** Vision Transformer weights from files, one class a layout. */
@NullMarked
package io.github.rlrr.vit.checkpoint;

import org.jspecify.annotations.NullMarked;
