package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.ParameterReport;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.method.BiasTuningConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.method.NormTuningConfig;
import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.method.RlrrConfig;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The paper's numbers of trained parameters, on models of its sizes. */
class TrainableCountsTest {

    private static VisionTransformer zeros(VitConfig config, NDManager manager) {
        VisionTransformer vit = new VisionTransformer(config);
        vit.setInitializer(Initializer.ZEROS, parameter -> true);
        vit.initialize(
                manager,
                DataType.FLOAT32,
                new Shape(1, VitConfig.CHANNELS, config.imageHeight(), config.imageWidth()));
        return vit;
    }

    @ParameterizedTest
    @CsvSource({
        "vit-b-16, 288768, 76900",
        "vit-l-16, 765952, 102500",
        "vit-h-14, 1274880, 128100",
    })
    void thePublishedMethodTrainsAsManyAsThePaperSays(String preset, long adapter, long head) {
        try (NDManager manager = NDManager.newBaseManager();
                VisionTransformer vit = zeros(VitConfig.named(preset).withClasses(100), manager);
                AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            ParameterReport report = adapted.parameterReport();
            assertThat(report.adapter()).isEqualTo(adapter);
            assertThat(report.replaced()).isEqualTo(head);
            assertThat(report.untouched()).isEmpty();
        }
    }

    /** The counts the papers print with a head: 85.8 M, BitFit's 0.10 M and its layer norms'. */
    @Test
    void fullBiasAndNormTuningTrainAsManyAsTheirFormulasSay() {
        long d = 768;
        long block = 12 * d * d + 9 * d + 4 * d;
        long whole = 12 * block + 2 * d + (3 * 16 * 16 * d + d) + d + 197 * d;
        long head = 100 * d + 100;
        VitConfig config = VitConfig.VIT_B_16.withClasses(100);
        try (NDManager manager = NDManager.newBaseManager();
                VisionTransformer vit = zeros(config, manager)) {
            ParameterReport full = report(vit, new FullFineTuningConfig());
            assertThat(full.replaced()).isEqualTo(whole + head).isEqualTo(85_875_556);
            assertThat(full.frozen()).isZero();
            assertThat(full.untouched()).isEmpty();
            // A block: 4·D of attention, 5·D of the MLP, 2·D of norms; the final norm, the patches.
            ParameterReport bias = report(vit, new BiasTuningConfig());
            assertThat(bias.adapter()).isEqualTo(12 * 11 * d + d + d).isEqualTo(102_912);
            assertThat(bias.replaced()).isEqualTo(head);
            ParameterReport norm = report(vit, new NormTuningConfig());
            assertThat(norm.trainable()).isEqualTo(25 * 2 * d + head);
        }
    }

    /**
     * The papers' counts, which have the mean head of the VTAB-1k tasks: 47.2 classes, 36,282. LoRA
     * is on query and value at rank 8; SSF on 22·D features a block, the final norm and the
     * patches; ARC has two projections of 50, and two coefficients and shifts a block.
     */
    @ParameterizedTest
    @CsvSource({
        "lora, 294912, 0.33",
        "ssf, 205824, 0.24",
        "arc, 96432, 0.13",
        "bias, 102912, 0.14",
        "norm, 38400, 0.07",
        "linear-probe, 0, 0.04",
        "rlrr, 288768, 0.33",
    })
    void everyMethodTrainsAsManyAsItsPaperSays(String method, long adapter, double millions) {
        double meanHead = 47.2 * 769;
        AdapterConfig adapterConfig = AdapterMethods.named(method).defaults();
        try (NDManager manager = NDManager.newBaseManager();
                VisionTransformer vit = zeros(VitConfig.VIT_B_16.withClasses(100), manager)) {
            ParameterReport report = report(vit, adapterConfig);
            assertThat(report.trainable() - 100 * 769).isEqualTo(adapter);
            assertThat((adapter + meanHead) / 1e6).isCloseTo(millions, within(0.005));
        }
    }

    @Test
    void loraOnEveryLayerTrainsTheRankTimesTheSidesOfEach() {
        try (NDManager manager = NDManager.newBaseManager();
                VisionTransformer vit = zeros(VitConfig.VIT_B_16, manager)) {
            LoraConfig everywhere = new LoraConfig(4, 4, List.of("all-linear"), List.of("head"), 0);
            assertThat(report(vit, everywhere).adapter()).isEqualTo(12 * 4 * 18 * 768);
        }
    }

    private static ParameterReport report(VisionTransformer vit, AdapterConfig config) {
        try (AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
            return adapted.parameterReport();
        }
    }

    /**
     * With width D: a block's six layers have 9·D inputs and 9·D outputs together, and there are 12
     * blocks; scale and shift are 2·D for each of 25 norms and for the patch projection.
     */
    @Test
    void theAblationsTrainAsManyAsTheirFormulasSay() {
        long d = 768;
        long sides = 12 * 9 * d;
        long scaleAndShift = 26 * 2 * d;
        Map<UnaryOperator<RlrrConfig.Builder>, Long> expected =
                Map.ofEntries(
                        Map.entry(b -> b, 3 * sides + scaleAndShift),
                        Map.entry(b -> b.sides(Sides.LEFT), 2 * sides + scaleAndShift),
                        Map.entry(b -> b.sides(Sides.RIGHT), 2 * sides + scaleAndShift),
                        Map.entry(b -> b.shift(false), 2 * sides + scaleAndShift),
                        Map.entry(b -> b.form(Form.PLAIN), 3 * sides + scaleAndShift),
                        Map.entry(b -> b.form(Form.ADDITIVE), 3 * sides + scaleAndShift),
                        Map.entry(b -> b.rank(10), 21 * sides + scaleAndShift),
                        Map.entry(b -> b.scaleAndShift(), 3 * sides),
                        Map.entry(b -> b.scaleAndShift("all-norm"), 3 * sides + 25 * 2 * d),
                        Map.entry(b -> b.targets(), scaleAndShift),
                        Map.entry(
                                b -> b.targets("attn.{query,value}"),
                                12 * 2 * 3 * d + scaleAndShift),
                        Map.entry(b -> b.targets("mlp.*"), 12 * 15 * d + scaleAndShift),
                        Map.entry(
                                b -> b.targets("blocks.[6-11].**").scaleAndShift("norm"),
                                3 * sides / 2 + 2 * d));
        try (NDManager manager = NDManager.newBaseManager();
                VisionTransformer vit = zeros(VitConfig.VIT_B_16, manager)) {
            expected.forEach(
                    (variant, count) -> {
                        RlrrConfig config = variant.apply(RlrrConfig.builder()).build();
                        try (AdaptedBlock adapted = Rlrr.adapt(vit, config)) {
                            assertThat(adapted.parameterReport().adapter())
                                    .as(config.toString())
                                    .isEqualTo(count);
                        }
                    });
        }
    }
}
