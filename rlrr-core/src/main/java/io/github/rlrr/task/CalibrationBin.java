package io.github.rlrr.task;

/**
 * The examples whose confidence falls into one interval.
 *
 * @param examples how many
 * @param confidence their mean confidence, 0 to 1; NaN where there are none
 * @param accuracy the share of them classified right, 0 to 1; NaN where there are none
 */
public record CalibrationBin(int examples, double confidence, double accuracy) {}
