/**
 * Checkpoints by hub name: {@code hf:owner/name} and {@code timm:name} are downloaded over HTTP,
 * checked, and kept in a cache on disk. {@link io.github.rlrr.vit.hub.Hub} is where to begin.
 */
@NullMarked
package io.github.rlrr.vit.hub;

import org.jspecify.annotations.NullMarked;
