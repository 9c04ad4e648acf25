/** From a trained model to answers about images: in Java, and through DJL's own doors. */
@NullMarked
package io.github.rlrr.vit.inference;

import org.jspecify.annotations.NullMarked;
