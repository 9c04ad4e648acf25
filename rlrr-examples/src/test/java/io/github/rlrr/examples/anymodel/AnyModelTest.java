package io.github.rlrr.examples.anymodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.ParameterStore;
import ai.djl.translate.NoopTranslator;
import ai.djl.util.Pair;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.data.Examples;
import io.github.rlrr.method.AdapterConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every example is run once on the bundled images; what it left on disk is then put to use. */
@Tag("slow")
class AnyModelTest {

    @TempDir private static Path folder;

    private static final Map<Example, List<Double>> LOSSES = new EnumMap<>(Example.class);

    private final NDManager manager = NDManager.newBaseManager();

    enum Example {
        RESNET(32, 2) {
            @Override
            List<Double> run(Path out) throws Exception {
                return AdaptResNet.run(out, epochs, 1);
            }

            @Override
            Block network() {
                return AdaptResNet.network();
            }

            @Override
            AdapterConfig config() {
                return AdaptResNet.config(1).withFrozenStatistics();
            }
        },
        BERT(8, 4) {
            @Override
            List<Double> run(Path out) throws Exception {
                return AdaptBert.run(out, epochs);
            }

            @Override
            Block network() {
                return AdaptBert.network();
            }

            @Override
            AdapterConfig config() {
                return AdaptBert.config();
            }
        },
        MLP(16, 4) {
            @Override
            List<Double> run(Path out) throws Exception {
                return AdaptMlp.run(out, epochs);
            }

            @Override
            Block network() {
                return AdaptMlp.network();
            }

            @Override
            AdapterConfig config() {
                return AdaptMlp.config();
            }
        },
        OWN(16, 4) {
            @Override
            List<Double> run(Path out) throws Exception {
                return AdaptOwnBlock.run(out, epochs);
            }

            @Override
            Block network() {
                return AdaptOwnBlock.network();
            }

            @Override
            AdapterConfig config() {
                return AdaptOwnBlock.config();
            }
        };

        final int pixels;
        final int epochs;

        Example(int pixels, int epochs) {
            this.pixels = pixels;
            this.epochs = epochs;
        }

        abstract List<Double> run(Path out) throws Exception;

        abstract Block network();

        abstract AdapterConfig config();

        Path out() {
            return folder.resolve(name());
        }

        Clothes clothes() throws Exception {
            return Clothes.load(folder.resolve("images"), pixels);
        }

        Block base(NDManager manager) throws Exception {
            return PlainDjl.load(network(), manager, out().resolve(PlainDjl.BASE));
        }
    }

    @BeforeAll
    static void runEveryExample() throws Exception {
        for (Example example : Example.values()) {
            LOSSES.put(example, example.run(example.out()));
        }
    }

    @AfterAll
    static void forget() {
        LOSSES.clear();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Ten images that no example trained on. */
    private NDArray images(Example example) throws Exception {
        Examples data = example.clothes().validation();
        int length = (int) data.exampleShape().size();
        int count = 10;
        float[] values = new float[count * length];
        for (int i = 0; i < count; i++) {
            data.read(i * (count - 1), new SplittableRandom(0), values, i * length);
        }
        return manager.create(values, new Shape(count).addAll(data.exampleShape()));
    }

    private float[] logits(Block block, NDArray images) {
        ParameterStore store = new ParameterStore(manager, false);
        return block.forward(store, new NDList(images), false).head().toFloatArray();
    }

    private static List<List<Integer>> bits(Block block) {
        List<List<Integer>> all = new ArrayList<>();
        for (Pair<String, Parameter> pair : block.getParameters()) {
            List<Integer> bits = new ArrayList<>();
            for (float value : pair.getValue().getArray().toFloatArray()) {
                bits.add(Float.floatToRawIntBits(value));
            }
            all.add(bits);
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void theLossFalls(Example example) {
        List<Double> losses = LOSSES.get(example);
        assertThat(losses).hasSize(example.epochs).allMatch(Double::isFinite);
        assertThat(losses.get(losses.size() - 1)).isLessThan(0.8 * losses.get(0));
    }

    @ParameterizedTest
    @EnumSource
    void theSavedAdapterOnTheSavedBaseAnswersAsTheMergedModel(Example example) throws Exception {
        Block base = example.base(manager);
        Path merged = example.out().resolve(PlainDjl.MERGED);
        Block plain = PlainDjl.load(example.network(), manager, merged);
        NDArray images = images(example);
        float[] before = logits(base, images);
        try (AdaptedBlock adapted = Rlrr.load(base, example.out().resolve("adapter"))) {
            assertThat(adapted.config()).isEqualTo(example.config());
            float[] expected = logits(adapted, images);
            // Both compute the same effective values by the same operations.
            assertThat(logits(plain, images)).containsExactly(expected, within(1e-5f));
            assertThat(expected).isNotEqualTo(before);
        }
        assertThat(logits(base, images)).containsExactly(before);
    }

    @ParameterizedTest
    @EnumSource
    void aPredictorAndAZooModelAnswerAsAForward(Example example) throws Exception {
        NDArray images = images(example);
        Path saved = example.out().resolve("zoo");
        float[] expected;
        try (AdaptedBlock adapted =
                        Rlrr.load(example.base(manager), example.out().resolve("adapter"));
                Model model = Model.newInstance("zoo")) {
            expected = logits(adapted, images);
            model.setBlock(adapted);
            try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
                assertThat(predictor.predict(new NDList(images)).head().toFloatArray())
                        .containsExactly(expected);
            }
            model.save(saved, "zoo");
        }
        Block fresh = PlainDjl.initialized(example.network(), manager, example.clothes().input());
        try (AdaptedBlock empty = Rlrr.adapt(fresh, example.config())) {
            Criteria<NDList, NDList> criteria =
                    Criteria.builder()
                            .setTypes(NDList.class, NDList.class)
                            .optModelPath(saved)
                            .optModelName("zoo")
                            .optBlock(empty)
                            .optTranslator(new NoopTranslator())
                            .build();
            try (ZooModel<NDList, NDList> model = criteria.loadModel();
                    Predictor<NDList, NDList> predictor = model.newPredictor()) {
                assertThat(predictor.predict(new NDList(images)).head().toFloatArray())
                        .containsExactly(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void djlsTrainerMovesTheAdapterAndNoBitOfTheBase(Example example) throws Exception {
        Block base = example.base(manager);
        List<List<Integer>> frozen = bits(base);
        Examples few = new EveryNth(example.clothes().fresh(), 6);
        try (AdaptedBlock adapted = Rlrr.load(base, example.out().resolve("adapter"))) {
            NDArray images = images(example);
            float[] before = logits(adapted, images);
            assertThat(PlainDjl.train(adapted, few, 1, 1e-3f)).allMatch(Double::isFinite);
            assertThat(logits(adapted, images)).isNotEqualTo(before);
        }
        assertThat(bits(base)).isEqualTo(frozen);
    }

    @Test
    void theMlpsOwnPredictorAnswersAsItsMergedModel() throws Exception {
        NDArray images = images(Example.MLP);
        Path out = Example.MLP.out();
        Block merged = PlainDjl.load(AdaptMlp.network(), manager, out.resolve(PlainDjl.MERGED));
        assertThat(AdaptMlp.predict(out, new NDList(images), manager).head().toFloatArray())
                .containsExactly(logits(merged, images), within(1e-5f));
    }
}
