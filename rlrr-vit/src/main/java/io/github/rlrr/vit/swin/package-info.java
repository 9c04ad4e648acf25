/** Swin Transformers: networks whose attention looks into windows, stage by stage. */
@org.jspecify.annotations.NullMarked
package io.github.rlrr.vit.swin;
