/** Examples with their targets, read in batches ahead of need, and mixed. */
@NullMarked
package io.github.rlrr.data;

import org.jspecify.annotations.NullMarked;
