/** A folder of images labelled over Apache Spark. */
@NullMarked
package io.github.rlrr.examples.spark;

import org.jspecify.annotations.NullMarked;
