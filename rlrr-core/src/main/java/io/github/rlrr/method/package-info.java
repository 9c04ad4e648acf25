/**
 * Methods: which tensors each trains at a module, what it computes from them, and its settings. A
 * method knows nothing of what reads through it.
 */
@NullMarked
package io.github.rlrr.method;

import org.jspecify.annotations.NullMarked;
