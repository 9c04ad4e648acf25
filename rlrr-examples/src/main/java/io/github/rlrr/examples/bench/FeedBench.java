package io.github.rlrr.examples.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.Interpolation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How many images a second reach a device: decoded before, a random part of each cut out, mirrored
 * or not, normalised by the loader's threads, and copied.
 */
final class FeedBench {

    private static final int SIZE = 224;
    private static final int HELD = 256;
    private static final int IMAGES = 128;

    /** Each comes so often in a pass, as a pass of few batches begins and ends too often. */
    private static final int AGAIN = 100;

    private static final String WORDS = "random-crop,flip";

    /** From a page-locked copy, which the device fetches while the process goes on. */
    private static final String PINNED =
            """
              def forward(self, x: Tensor, like: Tensor) -> Tensor:
                return torch.to(torch.pin_memory(x), like, True)
            """;

    private final Device device;
    private final int batch;
    private final double seconds;
    private final ImageDataset images;

    /**
     * Makes the images.
     *
     * @param device where they are to go
     * @param batch images at a time
     * @param seconds the least length of a measurement
     */
    FeedBench(Device device, int batch, double seconds) {
        this.device = device;
        this.batch = batch;
        this.seconds = seconds;
        Random random = new Random(0);
        List<RgbImage> held = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            byte[] pixels = new byte[3 * HELD * HELD];
            random.nextBytes(pixels);
            held.add(new RgbImage(HELD, HELD, pixels));
        }
        Preprocessing usual = Preprocessing.vitDefault(SIZE);
        images =
                ImageDataset.of(
                        Collections.nCopies(AGAIN, held).stream().flatMap(List::stream).toList(),
                        Collections.nCopies(AGAIN * IMAGES, 0),
                        List.of("a", "b"),
                        new Preprocessing(
                                SIZE,
                                SIZE,
                                Interpolation.BILINEAR,
                                usual.mean(),
                                usual.std(),
                                Crop.of(Crop.Mode.SQUASH, SIZE, HELD)),
                        Augmentation.parse(WORDS));
    }

    /** Images a second that one thread augments and normalises. */
    double oneThread() {
        float[] target = new float[3 * SIZE * SIZE];
        SplittableRandom random = new SplittableRandom(1);
        return rate(
                1,
                at -> {
                    images.read((int) (at % IMAGES), random, target, 0);
                    return target[0];
                });
    }

    /** Images a second that the loader's threads give, nothing copied. */
    double loaded() {
        return fed(false);
    }

    /** Images a second that reach the device. */
    double arriving() {
        return fed(true);
    }

    private double fed(boolean copies) {
        BatchLoader[] loader = {BatchLoader.inOrder(images, batch)};
        try (NDManager manager = TorchRuntime.newManager(device)) {
            return rate(
                    batch,
                    at -> {
                        if (!loader[0].hasNext()) {
                            loader[0].close();
                            loader[0] = BatchLoader.inOrder(images, batch);
                        }
                        BatchLoader.Batch next = loader[0].next();
                        return copies ? arrived(next.array(manager)) : next.lambda();
                    });
        } finally {
            loader[0].close();
        }
    }

    /** Images a second that are copied to the device, the batch there already. */
    double copied() {
        try (NDManager manager = TorchRuntime.newManager(device);
                BatchLoader loader = BatchLoader.inOrder(images, batch)) {
            BatchLoader.Batch same = loader.next();
            return same.size() * rate(1, at -> arrived(same.array(manager)));
        }
    }

    /** Closes an array once its device has it. */
    private static double arrived(NDArray array) {
        try (array;
                NDArray flat = array.reshape(-1);
                NDArray first = flat.get("0:1")) {
            return first.toFloatArray()[0];
        }
    }

    /** The same by way of page-locked memory, which only a GPU's libtorch has. */
    double pinned() {
        try (NDManager cpu = TorchRuntime.newManager(Device.cpu());
                NDManager manager = TorchRuntime.newManager(device);
                BatchLoader loader = BatchLoader.inOrder(images, batch);
                TorchProgram program = new TorchProgram(PINNED)) {
            BatchLoader.Batch same = loader.next();
            NDArray like = manager.zeros(new Shape());
            return same.size()
                    * rate(
                            1,
                            at -> {
                                try (NDArray here = same.array(cpu)) {
                                    return arrived(program.forward(here, like).head());
                                }
                            });
        }
    }

    /** How often a second, after a fifth of the time to warm up; what work gives is of no use. */
    private double rate(int each, ToDoubleFunction<Long> work) {
        run(seconds / 5, work);
        return each * run(seconds, work);
    }

    private static double run(double seconds, ToDoubleFunction<Long> work) {
        long start = System.nanoTime();
        long done = 0;
        double sum = 0;
        double past;
        do {
            sum += work.applyAsDouble(done++);
            past = (System.nanoTime() - start) / 1e9;
        } while (past < seconds);
        return Double.isNaN(sum) ? Double.NaN : done / past;
    }
}
