package io.github.rlrr.examples.anymodel;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import io.github.rlrr.data.Examples;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What DJL does with any block by itself: making, training, saving and loading it. */
final class PlainDjl {

    /** The file with a pretrained base's parameters. */
    static final String BASE = "base.params";

    /** The file with a merged model's parameters. */
    static final String MERGED = "merged.params";

    private static final int BATCH = 32;

    private PlainDjl() {}

    /** Gives a block's parameters their start values, on a manager of the caller's. */
    static <B extends Block> B initialized(B block, NDManager manager, Shape input) {
        block.initialize(manager, DataType.FLOAT32, input);
        return block;
    }

    /**
     * Trains a block in DJL's own Trainer, with softmax cross-entropy and Adam.
     *
     * @param block an initialized classifier, plain or adapted: the Trainer sees no difference
     * @param data the examples
     * @param epochs how often it sees them
     * @param rate Adam's learning rate
     * @return the mean loss of each epoch
     */
    static List<Double> train(Block block, Examples data, int epochs, float rate)
            throws IOException, TranslateException {
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                        .optOptimizer(
                                Optimizer.adam()
                                        .optLearningRateTracker(Tracker.fixed(rate))
                                        .build())
                        .addTrainingListeners(TrainingListener.Defaults.basic());
        List<Double> losses = new ArrayList<>();
        try (Model model = Model.newInstance("model")) {
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(BATCH).addAll(data.exampleShape()));
                ArrayDataset examples = arrays(data, trainer.getManager());
                for (int epoch = 0; epoch < epochs; epoch++) {
                    EasyTrain.fit(trainer, 1, examples, null);
                    losses.add(trainer.getTrainingResult().getTrainLoss().doubleValue());
                }
            }
        }
        return losses;
    }

    private static ArrayDataset arrays(Examples data, NDManager manager) {
        int length = Math.toIntExact(data.exampleShape().size());
        float[] values = new float[data.size() * length];
        float[] labels = new float[data.size()];
        for (int i = 0; i < data.size(); i++) {
            data.read(i, new SplittableRandom(i), values, i * length);
            labels[i] = (float) data.target(i)[0];
        }
        return new ArrayDataset.Builder()
                .setData(manager.create(values, new Shape(data.size()).addAll(data.exampleShape())))
                .optLabels(manager.create(labels))
                .setSampling(BATCH, true)
                .build();
    }

    /** Writes a block's parameters as DJL does. */
    static void save(Block block, Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (DataOutputStream to =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            block.saveParameters(to);
        }
    }

    /** Reads parameters into a block built alike. */
    static <B extends Block> B load(B block, NDManager manager, Path file) throws Exception {
        try (DataInputStream from =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            block.loadParameters(manager, from);
        }
        return block;
    }
}
