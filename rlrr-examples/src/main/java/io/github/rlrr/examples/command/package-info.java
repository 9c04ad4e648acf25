/** What {@code rlrr} can do with a model: one command a class. */
@NullMarked
package io.github.rlrr.examples.command;

import org.jspecify.annotations.NullMarked;
