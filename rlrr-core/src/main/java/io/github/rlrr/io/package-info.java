/** Files written as a whole or not at all. */
@NullMarked
package io.github.rlrr.io;

import org.jspecify.annotations.NullMarked;
