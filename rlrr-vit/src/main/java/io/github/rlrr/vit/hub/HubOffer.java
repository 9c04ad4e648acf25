package io.github.rlrr.vit.hub;

/**
 * What a hub has under a name, asked without downloading it.
 *
 * @param name the model, its revision being the commit
 * @param file the file of weights
 * @param bytes its size, or -1 where the server does not say
 */
public record HubOffer(HubName name, String file, long bytes) {}
