/** The fine-tuning loop, its optimizer, schedules and records. */
@NullMarked
package io.github.rlrr.training;

import org.jspecify.annotations.NullMarked;
