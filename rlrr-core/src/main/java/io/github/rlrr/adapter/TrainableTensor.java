package io.github.rlrr.adapter;

import ai.djl.nn.Parameter;

/**
 * One tensor that training changes.
 *
 * @param name its full name, {@code <module path>.<tensor>}, as in adapter files
 * @param parameter the DJL parameter that holds it, float32; owned by the adapter
 * @param decayed whether weight decay applies to it
 */
public record TrainableTensor(String name, Parameter parameter, boolean decayed) {}
