/** Images as 8-bit RGB: bounded decoding, resampling equal to Pillow's, and normalisation. */
@NullMarked
package io.github.rlrr.vit.image;

import org.jspecify.annotations.NullMarked;
