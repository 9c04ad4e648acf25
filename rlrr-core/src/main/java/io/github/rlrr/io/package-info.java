/** Files and folders that several processes use: one lock, and temporary files that leave. */
@NullMarked
package io.github.rlrr.io;

import org.jspecify.annotations.NullMarked;
