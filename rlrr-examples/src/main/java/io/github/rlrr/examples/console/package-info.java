/** The person at the terminal: progress bars, questions, Ctrl-C, and what is said of a fault. */
@NullMarked
package io.github.rlrr.examples.console;

import org.jspecify.annotations.NullMarked;
