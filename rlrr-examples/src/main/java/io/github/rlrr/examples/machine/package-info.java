/** What a run has to work with: versions, devices, and memory, held and foretold. */
@NullMarked
package io.github.rlrr.examples.machine;

import org.jspecify.annotations.NullMarked;
