/** The command line {@code rlrr}: one command a class. */
@NullMarked
package io.github.rlrr.examples;

import org.jspecify.annotations.NullMarked;
