/**
 * What a model is asked: the loss, the figures and the answers of each kind of question. A task is
 * one {@link io.github.rlrr.task.Task}; the training loop knows no other.
 */
@NullMarked
package io.github.rlrr.task;

import org.jspecify.annotations.NullMarked;
