package io.github.rlrr.adapter;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Trains a block in DJL's own Trainer on one batch of eight, of three classes. */
final class DjlTraining {

    static final int BATCH = 8;

    private DjlTraining() {}

    static Model model(Block block) {
        Model model = Model.newInstance("model", Device.cpu(), "PyTorch");
        model.setBlock(block);
        return model;
    }

    /** Eight examples of a shape whose mean tells the class. */
    static Function<NDManager, NDList> examples(Shape example) {
        int size = Math.toIntExact(example.size());
        float[] values = new float[BATCH * size];
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (i / size % 3 - 1 + 0.3 * random.nextGaussian());
        }
        return manager -> new NDList(manager.create(values, new Shape(BATCH).addAll(example)));
    }

    /** Trains and gives the loss before each step. */
    static double[] train(Model model, Function<NDManager, NDList> inputs, int steps) {
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                        .optDevices(new Device[] {Device.cpu()})
                        .optOptimizer(
                                Optimizer.adam()
                                        .optLearningRateTracker(Tracker.fixed(0.02f))
                                        .build());
        double[] losses = new double[steps];
        try (Trainer trainer = model.newTrainer(config);
                NDManager data = trainer.getManager().newSubManager()) {
            NDList batch = inputs.apply(data);
            trainer.initialize(batch.getShapes());
            NDArray labels = data.create(new float[] {0, 1, 2, 0, 1, 2, 0, 1});
            for (int i = 0; i < steps; i++) {
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDArray loss =
                            trainer.getLoss().evaluate(new NDList(labels), trainer.forward(batch));
                    losses[i] = loss.getFloat();
                    collector.backward(loss);
                }
                trainer.step();
            }
        }
        return losses;
    }

    static double start(double[] losses) {
        return (losses[0] + losses[1] + losses[2]) / 3;
    }

    static double end(double[] losses) {
        int n = losses.length;
        return (losses[n - 1] + losses[n - 2] + losses[n - 3]) / 3;
    }

    /** Saves a model's parameters and loads them into a block built alike. */
    static Model saveAndLoad(Model model, Block twin, Path folder) throws Exception {
        model.save(folder, "model");
        Model loaded = model(twin);
        loaded.load(folder, "model");
        return loaded;
    }
}
