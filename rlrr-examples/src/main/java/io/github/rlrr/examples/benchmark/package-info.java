/**
 * The paper's benchmarks, and methods side by side: tasks, trials and the commands that run them.
 */
@NullMarked
package io.github.rlrr.examples.benchmark;

import org.jspecify.annotations.NullMarked;
