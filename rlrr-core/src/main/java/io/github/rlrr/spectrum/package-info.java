/**
 * What an adapter does to the singular values of the weights it rescales. The only package that
 * needs ND4J, an optional dependency: add {@code org.nd4j:nd4j-native} with the natives of your
 * platform to use it.
 */
@NullMarked
package io.github.rlrr.spectrum;

import org.jspecify.annotations.NullMarked;
