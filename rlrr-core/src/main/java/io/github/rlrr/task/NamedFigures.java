package io.github.rlrr.task;

/**
 * The figures of one label or one quantity among those that a model answers with.
 *
 * @param name the label or quantity
 * @param figures what is told of it; NaN where there is nothing to tell
 */
public record NamedFigures(String name, Figures figures) {}
