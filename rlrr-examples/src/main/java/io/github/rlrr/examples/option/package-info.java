/** Options that several commands have, and what they stand for. */
@NullMarked
package io.github.rlrr.examples.option;

import org.jspecify.annotations.NullMarked;
