/** Where results go: places checked before any work, folders locked while they are written. */
@NullMarked
package io.github.rlrr.examples.output;

import org.jspecify.annotations.NullMarked;
