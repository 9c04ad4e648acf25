/**
 * What an adapter does to the singular values and the leading singular directions of the weights it
 * changes: {@link io.github.rlrr.spectrum.ModelChange}. The only package that needs ND4J, an
 * optional dependency: add {@code org.nd4j:nd4j-native} with the natives of your platform to use
 * it.
 *
 * <p>Source: Dong et al., Low-Rank Rescaled Vision Transformer Fine-Tuning, CVPR 2024, section 3.2.
 */
@NullMarked
package io.github.rlrr.spectrum;

import org.jspecify.annotations.NullMarked;
