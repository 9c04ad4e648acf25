/** The bundled model and images. */
@NullMarked
package io.github.rlrr.examples.demo;

import org.jspecify.annotations.NullMarked;
