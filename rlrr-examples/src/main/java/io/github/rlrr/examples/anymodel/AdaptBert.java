package io.github.rlrr.examples.anymodel;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.transformer.BertBlock;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.RlrrConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * DJL's BERT block, trained and adapted in DJL's own Trainer.
 *
 * <p>An image of 8×8 pixels is a sentence of 64 words: the word is the pixel's brightness in 16
 * steps. Batch norm's statistics, which DJL's BERT has where the paper has layer norm, are the
 * adapter's own here, so dropout stays on.
 *
 * <p>Program arguments: the output folder and the number of epochs; both may be left out.
 */
public final class AdaptBert {

    private static final int PIXELS = 8;
    private static final int LEVELS = 16;
    private static final int CLASSES = 5;

    private AdaptBert() {}

    /**
     * Runs the example.
     *
     * @param args output folder, epochs
     * @throws Exception when a file cannot be written
     */
    public static void main(String[] args) throws Exception {
        Path out = Path.of(args.length > 0 ? args[0] : "out/anymodel/bert");
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        System.out.println("loss by epoch: " + run(out, epochs));
    }

    static Block network() {
        BertBlock bert =
                BertBlock.builder()
                        .setTokenDictionarySize(LEVELS)
                        .optTypeDictionarySize(1)
                        .optMaxSequenceLength(PIXELS * PIXELS)
                        .optEmbeddingSize(32)
                        .optAttentionHeadCount(4)
                        .optHiddenSize(64)
                        .optTransformerBlockCount(2)
                        .build();
        return new SequentialBlock()
                .add(AdaptBert::sentences)
                .add(bert)
                .add(outputs -> new NDList(outputs.get(1)))
                .add(Linear.builder().setUnits(CLASSES).build());
    }

    /** Images (B, 3, 8, 8) from −1 to 1 to words, types and masks, each (B, 64). */
    private static NDList sentences(NDList images) {
        NDArray grey = images.head().mean(new int[] {1}).reshape(-1, PIXELS * PIXELS);
        NDArray words = grey.add(1).mul((LEVELS - 1) / 2f).toType(DataType.INT64, true);
        return new NDList(words, words.zerosLike(), words.onesLike());
    }

    static AdapterConfig config() {
        return RlrrConfig.builder()
                .initialisation(Initialisation.IDENTITY)
                .targets("selfAttention.*", "outputBlock.**")
                .scaleAndShift("all-norm")
                .fullyTrained("Linear")
                .build();
    }

    /** Gives the mean loss of each epoch of adapting. */
    static List<Double> run(Path out, int epochs) throws Exception {
        Engine.getInstance().setRandomSeed(1);
        Clothes clothes = Clothes.load(out.resolveSibling("images"), PIXELS);
        try (NDManager manager = NDManager.newBaseManager()) {
            Block base = PlainDjl.initialized(network(), manager, clothes.input());
            PlainDjl.train(base, clothes.known(), epochs, 2e-3f);
            PlainDjl.save(base, out.resolve(PlainDjl.BASE));
            try (AdaptedBlock adapted = Rlrr.adapt(base, config())) {
                System.out.println(adapted.parameterReport());
                System.out.println(adapted);
                List<Double> losses = PlainDjl.train(adapted, clothes.fresh(), epochs, 1e-2f);
                List<String> classes = clothes.fresh().answerNames();
                adapted.save(
                        out.resolve("adapter"), new AdapterMetadata("bert", classes, Map.of()));
                Block merged = PlainDjl.initialized(network(), manager, clothes.input());
                adapted.mergeInto(merged);
                PlainDjl.save(merged, out.resolve(PlainDjl.MERGED));
                return losses;
            }
        }
    }
}
