/** Published recipes, and the results of running them: files, locks and tables. No training. */
@NullMarked
package io.github.rlrr.examples.recipe;

import org.jspecify.annotations.NullMarked;
