/**
 * What of a DJL block can be adapted: its modules under stable paths, and how targets select them.
 */
@NullMarked
package io.github.rlrr.module;

import org.jspecify.annotations.NullMarked;
