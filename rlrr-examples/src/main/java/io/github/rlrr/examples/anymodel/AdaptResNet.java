package io.github.rlrr.examples.anymodel;

import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
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
 * A ResNet of DJL's basic model zoo, its convolutions rescaled, batch norm's statistics frozen.
 *
 * <p>Program arguments: the output folder, the number of epochs and the rank; all may be left out.
 */
public final class AdaptResNet {

    private static final int PIXELS = 32;
    private static final int CLASSES = 5;

    private AdaptResNet() {}

    /**
     * Runs the example.
     *
     * @param args output folder, epochs, rank
     * @throws Exception when a file cannot be written
     */
    public static void main(String[] args) throws Exception {
        Path out = Path.of(args.length > 0 ? args[0] : "out/anymodel/resnet");
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        int rank = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        System.out.println("loss by epoch: " + run(out, epochs, rank));
    }

    static Block network() {
        return network(18, PIXELS);
    }

    static Block network(int layers, int pixels) {
        return ResNetV1.builder()
                .setNumLayers(layers)
                .setOutSize(CLASSES)
                .setImageShape(new Shape(3, pixels, pixels))
                .build();
    }

    static RlrrConfig config(int rank) {
        return RlrrConfig.builder()
                .rank(rank)
                .initialisation(Initialisation.IDENTITY)
                .targets("all-conv")
                .scaleAndShift("all-norm")
                .fullyTrained("Linear")
                .build();
    }

    /** Gives the mean loss of each epoch of adapting. */
    static List<Double> run(Path out, int epochs, int rank) throws Exception {
        Engine.getInstance().setRandomSeed(1);
        Clothes clothes = Clothes.load(out.resolveSibling("images"), PIXELS);
        try (NDManager manager = NDManager.newBaseManager()) {
            Block base = PlainDjl.initialized(network(), manager, clothes.input());
            PlainDjl.train(base, clothes.known(), epochs, 1e-3f);
            PlainDjl.save(base, out.resolve(PlainDjl.BASE));
            AdapterConfig config = config(rank).withFrozenStatistics();
            try (AdaptedBlock adapted = Rlrr.adapt(base, config)) {
                System.out.println(adapted.parameterReport());
                System.out.println(adapted);
                FineTuneResult result =
                        FineTuner.builder(adapted)
                                .dataset(clothes.fresh())
                                .validation(clothes.validation())
                                .epochs(epochs)
                                .learningRate(5e-3)
                                .build()
                                .fit();
                List<String> classes = clothes.fresh().answerNames();
                adapted.save(
                        out.resolve("adapter"), new AdapterMetadata("resnet", classes, Map.of()));
                Block merged = PlainDjl.initialized(network(), manager, clothes.input());
                adapted.mergeInto(merged);
                PlainDjl.save(merged, out.resolve(PlainDjl.MERGED));
                return result.epochs().stream().map(EpochMetrics::trainLoss).toList();
            }
        }
    }
}
