/**
 * DJL networks that know nothing of adapters, adapted: one program a network.
 *
 * <p>Each trains its base on five of Fashion-MNIST's classes, adapts it to the other five, saves
 * the adapter and merges it. The data are the 1,000 training and validation images that come with
 * the demo.
 */
@NullMarked
package io.github.rlrr.examples.anymodel;

import org.jspecify.annotations.NullMarked;
