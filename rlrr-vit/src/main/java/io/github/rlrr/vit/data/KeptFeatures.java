package io.github.rlrr.vit.data;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.data.Examples;
import io.github.rlrr.torch.GradMode;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.FrozenStem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the frozen part of a network answers of each image, computed once and kept: in memory, and
 * in a file beyond a budget. A linear probe then trains on embeddings, and an adapter of the last
 * blocks on the tokens that enter them.
 *
 * <p>An image that may be mirrored is kept both ways; one that is cropped at random cannot be kept.
 * Training features are computed by the programs of a training step, those of evaluation by
 * evaluation's. They are the same on every run. The plain way's differ from them by rounding, up to
 * 1e-6, since libtorch's attention rounds by the place in a batch.
 */
public final class KeptFeatures implements AutoCloseable {

    private final FrozenStem stem;
    private final AdaptedBlock block;
    private final Device device;
    private final List<FeatureRows> rows = new ArrayList<>();
    private long budget;

    private KeptFeatures(FrozenStem stem, AdaptedBlock block, Device device, long budget) {
        this.stem = stem;
        this.block = block;
        this.device = device;
        this.budget = budget;
    }

    /**
     * Prepares to keep features, where that is possible.
     *
     * @param network the base of {@code adapted}
     * @param adapted what is trained
     * @param train the training images
     * @param device where the network is
     * @param budget the most bytes to hold in memory
     * @return to be closed after training; null where an adapter changes the first block, training
     *     drops something, images are cropped at random, or there is no room for the features
     * @throws IOException when the folder for temporary files cannot be looked at
     */
    public static @Nullable KeptFeatures of(
            Backbone network, AdaptedBlock adapted, ImageDataset train, Device device, long budget)
            throws IOException {
        FrozenStem stem = network.stem(adapted.adaptedModules());
        if (stem == null || !train.augmentation().isFlipAtMost()) {
            return null;
        }
        long bytes = stem.output().size() * Float.BYTES * train.size() * views(train);
        // Half of what is free: other images and other processes want room, too.
        if (bytes - budget > FeatureRows.freeBytes() / 2) {
            return null;
        }
        return new KeptFeatures(stem, adapted.on(stem.rest()), device, budget);
    }

    /**
     * What is to be trained in place of the adapted network.
     *
     * @return the same adapter on what comes after the frozen part
     */
    public AdaptedBlock block() {
        return block;
    }

    /**
     * What is to be trained in place of the network with another adapter.
     *
     * @param adapted on the same network, and adapting the same modules
     * @return that adapter on what comes after the frozen part
     */
    public AdaptedBlock block(AdaptedBlock adapted) {
        return adapted.on(stem.rest());
    }

    /**
     * The features of training images.
     *
     * @param images at most mirrored at random
     * @param batchSize that of a training step
     * @param progress told how many examples are done
     * @return the features as examples
     * @throws IOException when the file cannot be written
     */
    public Examples training(ImageDataset images, int batchSize, IntConsumer progress)
            throws IOException {
        return keep(images, batchSize, true, progress);
    }

    /**
     * The features of images that a model is evaluated on.
     *
     * @param images not augmented
     * @param batchSize that of evaluation
     * @param progress told how many examples are done
     * @return the features as examples
     * @throws IOException when the file cannot be written
     */
    public Examples evaluation(ImageDataset images, int batchSize, IntConsumer progress)
            throws IOException {
        return keep(images, batchSize, false, progress);
    }

    private Examples keep(
            ImageDataset images, int batchSize, boolean training, IntConsumer progress)
            throws IOException {
        int views = views(images);
        int width = Math.toIntExact(stem.output().size());
        FeatureRows kept = new FeatureRows(images.size() * views, width, budget);
        rows.add(kept);
        budget -= kept.heldBytes();
        try (GradMode off = GradMode.off();
                NDManager manager = TorchRuntime.newManager(device)) {
            off.suppressNotUsedWarning();
            ParameterStore store = new ParameterStore(manager, false);
            for (int view = 0; view < views; view++) {
                int row = view;
                try (BatchLoader loader =
                        BatchLoader.inOrder(new View(images, view == 1), batchSize)) {
                    while (loader.hasNext()) {
                        BatchLoader.Batch batch = loader.next();
                        try (NDManager scope = manager.newSubManager()) {
                            NDArray inputs = batch.array(scope);
                            float[] features = stem.forward(store, inputs, training).toFloatArray();
                            for (int i = 0; i < batch.size(); i++, row += views) {
                                kept.put(row, features, i * width);
                            }
                        }
                        progress.accept((view * images.size() + row / views) / views);
                    }
                }
            }
        }
        return new Features(images, kept, stem.output());
    }

    private static int views(ImageDataset images) {
        return images.augmentation().flip() ? 2 : 1;
    }

    /** Frees what is kept. */
    @Override
    public void close() {
        rows.forEach(FeatureRows::close);
    }

    /**
     * Images that are all as they are, or all mirrored.
     *
     * @param images at most mirrored
     * @param mirrored whether they all are
     */
    private record View(ImageDataset images, boolean mirrored) implements Examples {

        @Override
        public int size() {
            return images.size();
        }

        @Override
        public Shape exampleShape() {
            return images.exampleShape();
        }

        @Override
        public String task() {
            return images.task();
        }

        @Override
        public List<String> answerNames() {
            return images.answerNames();
        }

        @Override
        public int targetSize() {
            return images.targetSize();
        }

        @Override
        public double[] target(int index) {
            return images.target(index);
        }

        @Override
        public void read(int index, SplittableRandom random, float[] target, int offset) {
            images.readPlain(index, mirrored, target, offset);
        }
    }

    /**
     * Images as the stem's answers.
     *
     * @param images whose targets, and whose way to mirror, they have
     * @param kept one row an image, or two: as it is, then mirrored
     * @param exampleShape of a row
     */
    private record Features(ImageDataset images, FeatureRows kept, Shape exampleShape)
            implements Examples {

        @Override
        public int size() {
            return images.size();
        }

        @Override
        public String task() {
            return images.task();
        }

        @Override
        public List<String> answerNames() {
            return images.answerNames();
        }

        @Override
        public int targetSize() {
            return images.targetSize();
        }

        @Override
        public double[] target(int index) {
            return images.target(index);
        }

        @Override
        public void read(int index, SplittableRandom random, float[] target, int offset) {
            int row = index;
            if (images.augmentation().flip()) {
                row = 2 * index + (random.nextBoolean() ? 1 : 0);
            }
            try {
                kept.read(row, target, offset);
            } catch (IOException e) {
                throw new UncheckedIOException("kept features cannot be read", e);
            }
        }
    }
}
