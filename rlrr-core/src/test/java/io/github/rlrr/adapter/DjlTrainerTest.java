package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.transformer.BertBlock;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.torch.TorchRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DjlTrainerTest {

    private final NDManager manager = Fixtures.manager();

    /** BERT's encoder drops out, and new layers are drawn, from libtorch's generator. */
    @BeforeEach
    void seed() {
        TorchRuntime.seed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Networks that know nothing of adapters. */
    enum Net {
        MLP {
            @Override
            Block build() {
                return new SequentialBlock()
                        .add(Linear.builder().setUnits(8).build())
                        .add(Activation.reluBlock())
                        .add(LayerNorm.builder().build())
                        .add(Linear.builder().setUnits(3).build());
            }
        },
        CONV {
            @Override
            Block build() {
                return new SequentialBlock()
                        .add(Conv2d.builder().setFilters(5).setKernelShape(new Shape(3, 3)).build())
                        .add(BatchNorm.builder().build())
                        .add(Activation.reluBlock())
                        .add(Blocks.batchFlattenBlock())
                        .add(Linear.builder().setUnits(3).build());
            }
        },
        BERT {
            @Override
            Block build() {
                return new SequentialBlock()
                        .add(
                                BertBlock.builder()
                                        .setTokenDictionarySize(12)
                                        .optTypeDictionarySize(2)
                                        .optEmbeddingSize(8)
                                        .optAttentionHeadCount(2)
                                        .optHiddenSize(16)
                                        .optTransformerBlockCount(2)
                                        .optMaxSequenceLength(5)
                                        .optHiddenDropoutProbability(0)
                                        .build())
                        .add(outputs -> new NDList(outputs.get(1)))
                        .add(Linear.builder().setUnits(3).build());
            }

            @Override
            Function<NDManager, NDList> examples() {
                return manager -> {
                    NDArray tokens =
                            manager.arange(40)
                                    .mod(12)
                                    .toType(DataType.INT64, false)
                                    .reshape(DjlTraining.BATCH, 5);
                    return new NDList(tokens, tokens.zerosLike(), tokens.onesLike());
                };
            }
        };

        private Shape example() {
            return this == CONV ? new Shape(2, 6, 6) : new Shape(4);
        }

        abstract Block build();

        Function<NDManager, NDList> examples() {
            return DjlTraining.examples(example());
        }

        Block initialized(NDManager manager, long seed) {
            return Fixtures.initialized(
                    build(), manager, seed, examples().apply(manager).getShapes());
        }

        RlrrConfig config() {
            RlrrConfig.Builder config =
                    RlrrConfig.builder()
                            .scaleAndShift("all-norm")
                            .fullyTrained(this == MLP ? "3" : "Linear")
                            .initialisation(Initialisation.IDENTITY);
            return switch (this) {
                case CONV -> config.targets("all-conv").build();
                case MLP, BERT -> config.targets("all-linear").build();
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void trainingLowersTheLossAndLeavesTheBaseBitIdentical(Net net) {
        Block base = net.initialized(manager, 1);
        Map<String, List<Integer>> before = Fixtures.bits(base);
        try (AdaptedBlock adapted = Rlrr.adapt(base, net.config());
                Model model = DjlTraining.model(adapted)) {
            double[] losses = DjlTraining.train(model, net.examples(), 80);
            assertThat(DjlTraining.end(losses)).isLessThan(0.7 * DjlTraining.start(losses));
            assertThat(Fixtures.bits(base)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyAdapterTensorMoves(Net net) {
        try (AdaptedBlock adapted = Rlrr.adapt(net.initialized(manager, 1), net.config());
                Model model = DjlTraining.model(adapted)) {
            Map<String, List<Integer>> before = Fixtures.trainedBits(adapted);
            DjlTraining.train(model, net.examples(), 3);
            Fixtures.trainedBits(adapted)
                    .forEach(
                            (name, bits) ->
                                    assertThat(bits).as(name).isNotEqualTo(before.get(name)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aModelThatWasLoadedTrainsWithItsBaseFrozen(Net net, @TempDir Path folder)
            throws Exception {
        Block twin = net.initialized(manager, 2);
        try (AdaptedBlock adapted = Rlrr.adapt(net.initialized(manager, 1), net.config());
                AdaptedBlock other = Rlrr.adapt(twin, net.config());
                Model model = DjlTraining.model(adapted)) {
            DjlTraining.train(model, net.examples(), 2);
            try (Model loaded = DjlTraining.saveAndLoad(model, other, folder)) {
                assertThat(Fixtures.bits(other)).isEqualTo(Fixtures.bits(adapted));
                Map<String, List<Integer>> before = Fixtures.bits(twin);
                double[] losses = DjlTraining.train(loaded, net.examples(), 80);
                assertThat(DjlTraining.end(losses)).isLessThan(0.7 * DjlTraining.start(losses));
                assertThat(Fixtures.bits(twin)).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAdaptedBlockInsideAnotherBlockIsFrozenAfterLoadingToo(Net net, @TempDir Path folder)
            throws Exception {
        Block twin = net.initialized(manager, 2);
        try (AdaptedBlock adapted = Rlrr.adapt(net.initialized(manager, 1), net.config());
                AdaptedBlock other = Rlrr.adapt(twin, net.config());
                Model model = DjlTraining.model(nested(net, adapted));
                Model loaded = DjlTraining.saveAndLoad(model, nested(net, other), folder)) {
            Map<String, List<Integer>> before = Fixtures.bits(twin);
            double[] losses = DjlTraining.train(loaded, net.examples(), 80);
            assertThat(DjlTraining.end(losses)).isLessThan(0.7 * DjlTraining.start(losses));
            assertThat(Fixtures.bits(twin)).isEqualTo(before);
        }
    }

    private Block nested(Net net, AdaptedBlock adapted) {
        SequentialBlock outer = new SequentialBlock();
        outer.add(adapted).add(Linear.builder().setUnits(3).build());
        outer.initialize(manager, DataType.FLOAT32, net.examples().apply(manager).getShapes());
        return outer;
    }

    @Test
    void batchNormMovesTheAdaptersStatisticsAndNotTheBases() {
        Block base = Net.CONV.initialized(manager, 1);
        Map<String, List<Integer>> before = Fixtures.bits(base);
        try (AdaptedBlock adapted = Rlrr.adapt(base, Net.CONV.config());
                Model model = DjlTraining.model(adapted)) {
            Parameter mean = adapted.getDirectParameters().get("BatchNorm.runningMean");
            float[] start = mean.getArray().toFloatArray();
            DjlTraining.train(model, Net.CONV.examples(), 2);
            assertThat(mean.getArray().toFloatArray()).isNotEqualTo(start);
            assertThat(Fixtures.bits(base)).isEqualTo(before);
        }
    }

    @Test
    void batchNormsStatisticsAreSavedWithTheAdapter(@TempDir Path folder) throws Exception {
        Block base = Net.CONV.initialized(manager, 1);
        float[] x = Net.CONV.examples().apply(manager).head().toFloatArray();
        Shape shape = new Shape(DjlTraining.BATCH, 2, 6, 6);
        try (AdaptedBlock adapted = Rlrr.adapt(base, Net.CONV.config());
                Model model = DjlTraining.model(adapted)) {
            DjlTraining.train(model, Net.CONV.examples(), 5);
            adapted.save(folder, new AdapterMetadata());
            try (AdaptedBlock loaded = Rlrr.load(base, folder)) {
                assertThat(Fixtures.run(loaded, manager, shape, x))
                        .containsExactly(Fixtures.run(adapted, manager, shape, x));
            }
        }
    }
}
