/** Image files labelled: decoded ahead of need, answers as lines and CSV. */
@NullMarked
package io.github.rlrr.examples.prediction;

import org.jspecify.annotations.NullMarked;
