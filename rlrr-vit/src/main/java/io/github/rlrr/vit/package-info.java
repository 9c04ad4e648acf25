/** Networks that are adapted: {@link io.github.rlrr.vit.Backbone}, and the Vision Transformer. */
@NullMarked
package io.github.rlrr.vit;

import org.jspecify.annotations.NullMarked;
