package io.github.rlrr.examples.anymodel;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
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
 * A network of one's own, {@link RowMixer}, with one parameter that belongs to no layer and is
 * trained as a whole.
 *
 * <p>Program arguments: the output folder and the number of epochs; both may be left out.
 */
public final class AdaptOwnBlock {

    private static final int PIXELS = 16;
    private static final int WIDTH = 48;
    private static final int CLASSES = 5;

    private AdaptOwnBlock() {}

    /**
     * Runs the example.
     *
     * @param args output folder, epochs
     * @throws Exception when a file cannot be written
     */
    public static void main(String[] args) throws Exception {
        Path out = Path.of(args.length > 0 ? args[0] : "out/anymodel/own");
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        System.out.println("loss by epoch: " + run(out, epochs));
    }

    static Block network() {
        return new RowMixer(PIXELS, WIDTH, CLASSES);
    }

    static AdapterConfig config() {
        return RlrrConfig.builder()
                .initialisation(Initialisation.IDENTITY)
                .targets("embed", "mix")
                .scaleAndShift("norm")
                .fullyTrained("head", "places")
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
            try (AdaptedBlock adapted = Rlrr.adapt(base, config())) {
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
                adapted.save(
                        out.resolve("adapter"), new AdapterMetadata("rows", classes, Map.of()));
                Block merged = PlainDjl.initialized(network(), manager, clothes.input());
                adapted.mergeInto(merged);
                PlainDjl.save(merged, out.resolve(PlainDjl.MERGED));
                return result.epochs().stream().map(EpochMetrics::trainLoss).toList();
            }
        }
    }
}
