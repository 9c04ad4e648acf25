package io.github.rlrr.examples.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.adapter.TrainableTensor;
import io.github.rlrr.data.BatchLoader;
import io.github.rlrr.data.Batching;
import io.github.rlrr.data.Examples;
import io.github.rlrr.data.Mixing;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.task.Evaluation;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.training.FineTuneListener;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.LearningRateSchedule;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageFolder;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The run of parity/trajectory/README.md with {@link FineTuner}: 200 steps on the bundled model and
 * images, from the published code's own start.
 *
 * @param losses of each step
 * @param rates of each step
 * @param batches the examples of each batch, in their order
 * @param correct the test images classified right
 * @param predictions the class of each test image
 * @param trained the trained tensors by published name
 */
record PublishedTrajectory(
        List<Float> losses,
        List<Double> rates,
        List<List<Integer>> batches,
        int correct,
        List<Integer> predictions,
        Map<String, float[]> trained) {

    static final int TEST_IMAGES = 2000;
    static final int BATCH = 32;
    private static final int EPOCHS = 8;
    private static final long SEED = 42;

    /** Trains and tests. */
    static PublishedTrajectory run(ImageSplits splits) throws IOException {
        Preprocessing preprocessing = Preprocessing.vitDefault(32);
        ImageDataset train = ImageDataset.load(splits.train(), preprocessing);
        ImageDataset test = ImageDataset.load(splits.test(), preprocessing);
        Steps steps = new Steps();
        try (VisionTransformer loaded = VitCheckpoint.load(Bundled.vit());
                AdaptedBlock adapted = Rlrr.adapt(loaded.withHead(10), RlrrConfig.published())) {
            start(adapted);
            FineTuner.builder(adapted)
                    .dataset(train)
                    .epochs(EPOCHS)
                    .batchSize(BATCH)
                    .schedule(LearningRateSchedule.published(5e-3, 2, 6))
                    .weightDecay(1e-4)
                    .seed(SEED)
                    .listener(steps)
                    .build()
                    .fit();
            List<Integer> predictions = predictions(adapted, test);
            int correct = 0;
            for (int i = 0; i < test.size(); i++) {
                correct += predictions.get(i) == (int) test.target(i)[0] ? 1 : 0;
            }
            return new PublishedTrajectory(
                    steps.losses,
                    steps.rates,
                    batches(train),
                    correct,
                    predictions,
                    trained(adapted));
        }
    }

    /** The images where the published run read them, in the order of class and file name. */
    static ImageSplits images(Path folder) throws IOException {
        Bundled.unpackFashionMnist(folder);
        return ImageFolder.splits(folder, 0);
    }

    private static final class Steps implements FineTuneListener {

        final List<Float> losses = new ArrayList<>();
        final List<Double> rates = new ArrayList<>();

        @Override
        public void onLosses(long firstStep, List<Float> read) {
            if (firstStep != losses.size() + 1) {
                throw new IllegalStateException(
                        "losses from step " + firstStep + ", expected " + (losses.size() + 1));
            }
            losses.addAll(read);
        }

        @Override
        public void onStep(StepProgress progress) {
            rates.add(progress.learningRate());
        }
    }

    private static void start(AdaptedBlock adapted) throws IOException {
        try (TensorReader reader = TensorReader.open(PublishedNumbers.file("inputs.npz"))) {
            int arrays = adapted.trainableTensors().size() + 1;
            if (reader.tensors().size() != arrays) {
                throw new IllegalStateException(
                        "inputs.npz has "
                                + reader.tensors().size()
                                + " arrays, expected the trained tensors and the order: "
                                + arrays);
            }
            for (TrainableTensor tensor : adapted.trainableTensors()) {
                float[] values = reader.readFloats(PublishedNumbers.name(tensor.name()));
                tensor.parameter().getArray().set(values);
            }
        }
    }

    private static Map<String, float[]> trained(AdaptedBlock adapted) {
        Map<String, float[]> trained = new LinkedHashMap<>();
        for (TrainableTensor tensor : adapted.trainableTensors()) {
            trained.put(
                    PublishedNumbers.name(tensor.name()),
                    tensor.parameter().getArray().toFloatArray());
        }
        return trained;
    }

    private static List<Integer> predictions(AdaptedBlock adapted, Examples test) {
        List<Integer> predictions = new ArrayList<>();
        Evaluation.forEachBatch(
                adapted,
                test,
                100,
                Device.cpu(),
                (first, logits) -> {
                    for (float[] row : logits) {
                        predictions.add(argMax(row));
                    }
                });
        return predictions;
    }

    private static int argMax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /** The examples of each batch, from the loader that the training has. */
    private static List<List<Integer>> batches(Examples data) {
        List<List<Integer>> batches = new ArrayList<>();
        Batching batching = new Batching(BATCH, 1, false, Mixing.NONE, SEED);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            try (BatchLoader loader =
                    BatchLoader.training(numbered(data), batching, target -> 1, epoch, 0)) {
                while (loader.hasNext()) {
                    List<Integer> batch = new ArrayList<>();
                    for (float number : loader.next().values()) {
                        batch.add((int) number);
                    }
                    batches.add(batch);
                }
            }
        }
        return batches;
    }

    /** The same examples, each of which is its number. */
    private static Examples numbered(Examples data) {
        return new Examples() {
            @Override
            public int size() {
                return data.size();
            }

            @Override
            public Shape exampleShape() {
                return new Shape(1);
            }

            @Override
            public String task() {
                return data.task();
            }

            @Override
            public List<String> answerNames() {
                return data.answerNames();
            }

            @Override
            public int targetSize() {
                return data.targetSize();
            }

            @Override
            public double[] target(int index) {
                return data.target(index);
            }

            @Override
            public void read(int index, SplittableRandom random, float[] target, int offset) {
                target[offset] = index;
            }
        };
    }
}
