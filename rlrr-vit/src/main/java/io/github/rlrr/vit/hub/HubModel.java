package io.github.rlrr.vit.hub;

import java.nio.file.Path;

/**
 * A model in the cache.
 *
 * @param name the model, its revision being the commit: this name never means other weights
 * @param folder holds the weights and, where the repository has them, what {@link Hub} takes beside
 *     them, under the names there; not to be changed
 * @param weights the file of weights in {@code folder}
 * @param sha256 the weights' SHA-256 when they were downloaded, 64 hexadecimal digits
 */
public record HubModel(HubName name, Path folder, Path weights, String sha256) {}
