package io.github.rlrr.examples.anymodel;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.training.FineTuner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A multilayer perceptron in a {@code SequentialBlock}, saved as a DJL model and loaded through
 * {@code Criteria}.
 *
 * <p>Program arguments: the output folder and the number of epochs; both may be left out.
 */
public final class AdaptMlp {

    private static final int PIXELS = 16;
    private static final int HIDDEN = 64;
    private static final int CLASSES = 5;
    private static final String NAME = "clothes";

    private AdaptMlp() {}

    /**
     * Runs the example.
     *
     * @param args output folder, epochs
     * @throws Exception when a file cannot be written
     */
    public static void main(String[] args) throws Exception {
        Path out = Path.of(args.length > 0 ? args[0] : "out/anymodel/mlp");
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        System.out.println("loss by epoch: " + run(out, epochs));
        Clothes clothes = Clothes.load(out.resolveSibling("images"), PIXELS);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDList images = new NDList(manager.zeros(clothes.input()));
            System.out.println("logits of a grey image: " + predict(out, images, manager).head());
        }
    }

    static Block network() {
        return new SequentialBlock()
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(HIDDEN).build())
                .add(Activation.reluBlock())
                .add(LayerNorm.builder().build())
                .add(Linear.builder().setUnits(HIDDEN).build())
                .add(Activation.reluBlock())
                .add(Linear.builder().setUnits(CLASSES).build());
    }

    /**
     * The modules of a {@code SequentialBlock} go by their index where their class occurs twice.
     */
    static AdapterConfig config() {
        return RlrrConfig.builder()
                .initialisation(Initialisation.IDENTITY)
                .targets("all-linear")
                .scaleAndShift("LayerNorm")
                .fullyTrained("6")
                .build();
    }

    /** Gives the mean loss of each epoch of adapting. */
    static List<Double> run(Path out, int epochs) throws Exception {
        Engine.getInstance().setRandomSeed(1);
        Clothes clothes = Clothes.load(out.resolveSibling("images"), PIXELS);
        try (NDManager manager = NDManager.newBaseManager()) {
            Block base = PlainDjl.initialized(network(), manager, clothes.input());
            PlainDjl.train(base, clothes.known(), epochs, 1e-3f);
            PlainDjl.save(base, out.resolve(PlainDjl.BASE));
            try (AdaptedBlock adapted = Rlrr.adapt(base, config());
                    Model model = Model.newInstance(NAME)) {
                System.out.println(adapted.parameterReport());
                System.out.println(adapted);
                FineTuneResult result =
                        FineTuner.builder(adapted)
                                .dataset(clothes.fresh())
                                .validation(clothes.validation())
                                .epochs(epochs)
                                .learningRate(1e-2)
                                .build()
                                .fit();
                List<String> classes = clothes.fresh().answerNames();
                adapted.save(out.resolve("adapter"), new AdapterMetadata("mlp", classes, Map.of()));
                Block merged = PlainDjl.initialized(network(), manager, clothes.input());
                adapted.mergeInto(merged);
                PlainDjl.save(merged, out.resolve(PlainDjl.MERGED));
                model.setBlock(adapted);
                model.save(out.resolve("model"), NAME); // base and adapter in one file
                return result.epochs().stream().map(EpochMetrics::trainLoss).toList();
            }
        }
    }

    /** Loads the saved model as DJL loads any, and asks it for logits. */
    static NDList predict(Path out, NDList images, NDManager manager) throws Exception {
        Block empty = PlainDjl.initialized(network(), manager, new Shape(1, 3, PIXELS, PIXELS));
        try (AdaptedBlock adapted = Rlrr.adapt(empty, config())) {
            Criteria<NDList, NDList> criteria =
                    Criteria.builder()
                            .setTypes(NDList.class, NDList.class)
                            .optModelPath(out.resolve("model"))
                            .optModelName(NAME)
                            .optBlock(adapted)
                            .optTranslator(new NoopTranslator())
                            .build();
            try (ZooModel<NDList, NDList> model = criteria.loadModel();
                    Predictor<NDList, NDList> predictor = model.newPredictor()) {
                NDList logits = predictor.predict(images);
                logits.attach(manager);
                return logits;
            }
        }
    }
}
