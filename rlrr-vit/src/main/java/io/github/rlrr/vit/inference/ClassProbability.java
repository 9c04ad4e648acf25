package io.github.rlrr.vit.inference;

/**
 * How likely a class is.
 *
 * @param name the class
 * @param index its place in label order, from 0
 * @param probability the softmax of its logit, 0 to 1
 */
public record ClassProbability(String name, int index, double probability) {}
