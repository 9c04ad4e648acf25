/** What a training does and leaves: forecast, adapter, figures, folder. */
@NullMarked
package io.github.rlrr.examples.run;

import org.jspecify.annotations.NullMarked;
