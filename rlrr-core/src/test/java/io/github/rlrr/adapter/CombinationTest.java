package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.Combination.Rule;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.Rescaling;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CombinationTest {

    private final NDManager manager = Fixtures.manager();
    private final ContractNet base = ContractNet.of(manager, 1);
    private final AdapterSet adapters = Rlrr.adapters(base);

    @AfterEach
    void close() {
        adapters.close();
        manager.close();
    }

    private static RlrrConfig.Builder config() {
        return RlrrConfig.builder().targets("fc1", "conv").scaleAndShift("norm");
    }

    private void add(String name, RlrrConfig config, int classes, long seed) {
        Fixtures.scramble(adapters.add(name, config, classes), seed);
    }

    private static Combination combination(Rule rule) {
        Map<String, Double> weights = new LinkedHashMap<>();
        weights.put("a", 0.75);
        weights.put("b", -0.5);
        return new Combination(rule, weights, "b");
    }

    private Map<String, double[]> values(AdaptedBlock adapted) {
        Map<String, double[]> values = new HashMap<>();
        Map<String, NDArray> arrays = adapted.effectiveValues(manager);
        arrays.forEach((path, a) -> values.put(path, RescalingOracle.doubles(a.toFloatArray())));
        return values;
    }

    private Map<String, double[]> baseValues() {
        Map<String, double[]> values = new HashMap<>();
        ModuleTree.of(base)
                .parameters()
                .forEach(
                        (path, p) ->
                                values.put(
                                        path,
                                        RescalingOracle.doubles(p.getArray().toFloatArray())));
        return values;
    }

    static List<RescalingOracle.Case> cases() {
        return RescalingOracle.cases();
    }

    /**
     * Whatever the form: the change of each weight is the weighted sum of the changes. For the form
     * without residual it is the weights themselves that add up.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void productsAddUpTheChangesExactly(RescalingOracle.Case c) {
        RlrrConfig config =
                c.config()
                        .targets("fc1", "conv")
                        .scaleAndShift("norm")
                        .fullyTrained("head")
                        .build();
        add("a", config, 3, 2);
        add("b", config, 3, 3);
        AdaptedBlock mixed = adapters.combine("mixed", combination(Rule.PRODUCTS));
        Map<String, double[]> w = baseValues();
        Map<String, double[]> a = values(adapters.with("a"));
        Map<String, double[]> b = values(adapters.with("b"));
        Map<String, double[]> found = values(mixed);
        boolean plain = c.form() == Rescaling.Form.PLAIN;
        for (String path : List.of("fc1.weight", "conv.weight", "fc1.bias", "conv.bias")) {
            double kept = plain && path.endsWith("weight") ? 0 : 1;
            for (int i = 0; i < w.get(path).length; i++) {
                double start = kept * w.get(path)[i];
                double sum =
                        start + 0.75 * (a.get(path)[i] - start) - 0.5 * (b.get(path)[i] - start);
                assertThat(found.get(path)[i]).as(path).isCloseTo(sum, within(5e-6));
            }
        }
    }

    @Test
    void ranksAddUpUnderProducts() {
        add("a", config().rank(2).build(), 3, 2);
        add("b", config().rank(3).build(), 3, 3);
        AdaptedBlock mixed = adapters.combine("mixed", combination(Rule.PRODUCTS));
        assertThat(((RlrrConfig) mixed.config()).rank()).isEqualTo(5);
        assertThat(Fixtures.tensor(mixed, "fc1.scale_left").getShape().get(0)).isEqualTo(5);
    }

    @Test
    void factorsAreSummedOneByOne() {
        add("a", config().rank(2).build(), 3, 2);
        add("b", config().rank(2).build(), 3, 3);
        AdaptedBlock mixed = adapters.combine("mixed", combination(Rule.FACTORS));
        for (String name :
                List.of("fc1.scale_left", "conv.scale_right", "fc1.shift", "norm.shift")) {
            float[] a = Fixtures.tensor(adapters.with("a"), name).toFloatArray();
            float[] b = Fixtures.tensor(adapters.with("b"), name).toFloatArray();
            float[] found = Fixtures.tensor(mixed, name).toFloatArray();
            for (int i = 0; i < a.length; i++) {
                assertThat(found[i]).as(name).isCloseTo(0.75f * a[i] - 0.5f * b[i], within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FACTORS", "PRODUCTS"})
    void gainsAreSummedAsDepartureFromOne(Rule rule) {
        add("a", config().build(), 3, 2);
        add("b", config().build(), 3, 3);
        AdaptedBlock mixed = adapters.combine("mixed", combination(rule));
        float[] a = Fixtures.tensor(adapters.with("a"), "norm.scale").toFloatArray();
        float[] b = Fixtures.tensor(adapters.with("b"), "norm.scale").toFloatArray();
        float[] found = Fixtures.tensor(mixed, "norm.scale").toFloatArray();
        for (int i = 0; i < a.length; i++) {
            assertThat(found[i])
                    .isCloseTo(1 + 0.75f * (a[i] - 1) - 0.5f * (b[i] - 1), within(1e-6f));
        }
    }

    @Test
    void theHeadIsOneAdaptersAlone() {
        add("a", config().build(), 4, 2);
        add("b", config().build(), 6, 3);
        AdaptedBlock mixed = adapters.combine("mixed", combination(Rule.PRODUCTS));
        for (String name : List.of("head.weight", "head.bias")) {
            NDArray b = Fixtures.tensor(adapters.with("b"), name);
            assertThat(Fixtures.tensor(mixed, name)).isEqualTo(b);
        }
    }

    @Test
    void aCombinationOfOneIsThatOne() {
        add("a", config().rank(2).build(), 4, 2);
        for (Rule rule : Rule.values()) {
            Combination alone = new Combination(rule, Map.of("a", 1.0), "a");
            AdaptedBlock mixed = adapters.combine("only-" + rule, alone);
            assertThat(Fixtures.trainedBits(mixed))
                    .isEqualTo(Fixtures.trainedBits(adapters.with("a")));
        }
    }

    @Test
    void theCombinedAdaptersStayAsTheyAre() {
        add("a", config().build(), 4, 2);
        add("b", config().build(), 6, 3);
        var a = Fixtures.trainedBits(adapters.with("a"));
        var b = Fixtures.trainedBits(adapters.with("b"));
        adapters.combine("mixed", combination(Rule.FACTORS));
        assertThat(Fixtures.trainedBits(adapters.with("a"))).isEqualTo(a);
        assertThat(Fixtures.trainedBits(adapters.with("b"))).isEqualTo(b);
    }

    @Test
    void aCombinationIsSavedAndLoadedLikeAnyAdapter(@TempDir Path folder) throws IOException {
        add("a", config().rank(2).build(), 3, 2);
        add("b", config().rank(1).build(), 5, 3);
        AdaptedBlock mixed = adapters.combine("mixed", combination(Rule.PRODUCTS));
        mixed.save(folder, new AdapterMetadata());
        AdaptedBlock loaded = adapters.load("loaded", folder);
        assertThat(Fixtures.trainedBits(loaded)).isEqualTo(Fixtures.trainedBits(mixed));
    }

    private void refused(Rule rule, String reason) {
        Fixtures.Alive before = Fixtures.alive();
        assertThatThrownBy(() -> adapters.combine("mixed", combination(rule)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
        assertThat(adapters.names()).doesNotContain("mixed");
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    @Test
    void adaptersThatDoNotFitAreRefusedWithTheReason() {
        add("a", config().build(), 3, 2);
        refused(Rule.PRODUCTS, "there is no adapter \"b\"; there are: [a]");
        add("b", config().rank(2).build(), 3, 3);
        refused(Rule.FACTORS, "differ in rank");
        adapters.remove("b").close();
        add("b", config().form(Rescaling.Form.ADDITIVE).build(), 3, 3);
        refused(Rule.PRODUCTS, "differ in form");
        adapters.remove("b").close();
        add("b", config().sides(Rescaling.Sides.LEFT).build(), 3, 3);
        refused(Rule.PRODUCTS, "differ in sides");
        adapters.remove("b").close();
        add("b", config().targets("fc1").build(), 3, 3);
        refused(Rule.PRODUCTS, "only the second [conv.scale_left");
        adapters.remove("b").close();
        adapters.add("b", new LinearProbeConfig());
        refused(Rule.PRODUCTS, "\"b\" is of method linear-probe");
    }

    @Test
    void aMixtureIsCheckedWhenItIsMade() {
        assertThatThrownBy(() -> new Combination(Rule.FACTORS, Map.of("a", Double.NaN), "a"))
                .hasMessage("the weight of \"a\" is NaN, expected finite");
        assertThatThrownBy(() -> new Combination(Rule.FACTORS, Map.of("a", 1.0), "b"))
                .hasMessageContaining("\"b\"'s, which is not among the combined adapters [a]");
        assertThatThrownBy(() -> new Combination(Rule.FACTORS, Map.of(), "b"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
