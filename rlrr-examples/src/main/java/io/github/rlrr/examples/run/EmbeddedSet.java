package io.github.rlrr.examples.run;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.data.ImageDataset;
import java.util.Arrays;
import java.util.function.ToIntFunction;

/**
 * What the head of a network sees of labelled images.
 *
 * @param vectors one for each image
 * @param labels of the images
 */
public record EmbeddedSet(float[][] vectors, int[] labels) {

    /** Runs a network over images. */
    public static EmbeddedSet of(
            Backbone network, ImageDataset images, int batchSize, String set, Device device) {
        float[][] vectors = new float[images.size()][];
        int[] labels = new int[images.size()];
        Arrays.setAll(labels, i -> (int) images.target(i)[0]);
        try (Watch bar = Watch.over("embedding " + set, images.size());
                GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device);
                BatchLoader loader = BatchLoader.inOrder(images, batchSize)) {
            off.suppressNotUsedWarning();
            ParameterStore store = new ParameterStore(manager, false);
            int next = 0;
            while (loader.hasNext()) {
                BatchLoader.Batch batch = loader.next();
                try (NDManager scope = manager.newSubManager()) {
                    NDArray input = batch.array(scope);
                    float[] all = network.embedding(store, input, false).toFloatArray();
                    int width = all.length / batch.size();
                    for (int i = 0; i < batch.size(); i++) {
                        vectors[next++] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
                        bar.step();
                    }
                }
            }
        }
        return new EmbeddedSet(vectors, labels);
    }

    /** The share of images that a classifier of vectors gets right. */
    public double accuracy(ToIntFunction<float[]> classifier) {
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            right += classifier.applyAsInt(vectors[i]) == labels[i] ? 1 : 0;
        }
        return right / (double) labels.length;
    }
}
