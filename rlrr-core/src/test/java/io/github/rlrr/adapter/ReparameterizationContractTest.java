package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import io.github.rlrr.Fixtures;
import io.github.rlrr.adapter.Adapter.AdaptedSite;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.ArcConfig;
import io.github.rlrr.method.BiasTuningConfig;
import io.github.rlrr.method.Frozen;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.method.NormTuningConfig;
import io.github.rlrr.method.Reparameterization;
import io.github.rlrr.method.Rescaling;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.method.SsfConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Role;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import io.github.rlrr.training.FineTuner;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every method of this library keeps to. A new one is added to {@link #methods()}; one that is
 * forgotten fails {@link #everyMethodIsHeldToTheContract}.
 */
class ReparameterizationContractTest {

    /** A configuration under test, printed by its name. */
    record Method(String name, AdapterConfig config) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final NDManager manager = Fixtures.manager();
    private final ContractNet base = ContractNet.of(manager, 1);
    private final float[] images = ContractNet.images(9);

    @AfterEach
    void close() {
        manager.close();
    }

    static List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        for (RescalingOracle.Case c : RescalingOracle.cases()) {
            RlrrConfig.Builder builder =
                    c.config().targets("fc1", "conv").scaleAndShift("norm").fullyTrained("head");
            methods.add(new Method("rlrr " + c, builder.build()));
        }
        methods.add(
                new Method(
                        "rlrr at the base, without shift",
                        RlrrConfig.builder()
                                .initialisation(Initialisation.IDENTITY)
                                .targets("fc1", "conv")
                                .scaleAndShift("norm")
                                .fullyTrained("head")
                                .shift(false)
                                .build()));
        methods.add(
                new Method(
                        "scale and shift everywhere",
                        RlrrConfig.builder()
                                .targets()
                                .scaleAndShift("fc1", "conv", "norm")
                                .fullyTrained("head")
                                .build()));
        methods.add(
                new Method("whole modules", new LinearProbeConfig(List.of("fc1", "norm", "head"))));
        methods.add(new Method("linear probe", new LinearProbeConfig()));
        methods.add(
                new Method("frozen statistics", new LinearProbeConfig().withFrozenStatistics()));
        methods.add(new Method("full", new FullFineTuningConfig(List.of("**", "!fc10"))));
        methods.add(
                new Method("bias", new BiasTuningConfig(List.of("**", "!fc10"), List.of("head"))));
        methods.add(new Method("norm", new NormTuningConfig()));
        List<String> head = List.of("head");
        methods.add(new Method("lora", new LoraConfig(2, 3, List.of("fc1"), head, 0)));
        methods.add(new Method("ssf", new SsfConfig(List.of("**", "!fc10"), head, 0)));
        methods.add(
                new Method(
                        "arc, two layers of one place",
                        new ArcConfig(2, List.of("fc1", "fc2"), List.of(), head, 0)));
        methods.add(new Method("arc", new ArcConfig(3, List.of(), List.of("fc1"), head, 0)));
        return methods;
    }

    private float[] run(Block block) {
        return Fixtures.run(block, manager, ContractNet.IMAGES, images);
    }

    @Test
    void everyMethodIsHeldToTheContract() throws IOException, URISyntaxException {
        Set<Class<?>> held = new HashSet<>();
        for (Method method : methods()) {
            held.add(method.config().getClass());
            method.config().rules().stream()
                    .filter(rule -> !rule.targets().isEmpty())
                    .forEach(rule -> held.add(rule.method().getClass()));
        }
        assertThat(held).containsAll(implementations());
    }

    /** Every class of the package that is a method or a configuration of one. */
    private static Set<Class<?>> implementations() throws IOException, URISyntaxException {
        Path classes =
                Path.of(Rlrr.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Set<Class<?>> found = new HashSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = classes.relativize(file).toString();
                if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                    Class<?> type = load(name.replace(file.getFileSystem().getSeparator(), "."));
                    boolean method = Reparameterization.class.isAssignableFrom(type);
                    boolean config = AdapterConfig.class.isAssignableFrom(type);
                    if (!type.isInterface() && (method || config)) {
                        found.add(type);
                    }
                }
            }
        }
        assertThat(found).contains(Rescaling.class, RlrrConfig.class);
        return found;
    }

    private static Class<?> load(String classFile) {
        String name = classFile.substring(0, classFile.length() - ".class".length());
        try {
            return Class.forName(name, false, Rlrr.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void mergedEqualsUnmerged(Method method) {
        try (AdaptedBlock adapted = Rlrr.adapt(base, method.config())) {
            Fixtures.scramble(adapted, 2);
            Block plain = ContractNet.of(manager, 3);
            adapted.mergeInto(plain);
            assertThat(run(plain)).containsExactly(run(adapted), within(1e-5f));
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void disabledEqualsTheBase(Method method) {
        float[] before = run(base);
        try (AdapterSet adapters = Rlrr.adapters(base)) {
            AdaptedBlock adapted = adapters.add("it", method.config());
            Fixtures.scramble(adapted, 2);
            assertThat(run(adapted)).isNotEqualTo(before);
            assertThat(run(adapters.base())).isEqualTo(before);
        }
        assertThat(run(base)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void whatIsSavedLoadsEqual(Method method, @TempDir Path folder) throws IOException {
        try (AdaptedBlock adapted = Rlrr.adapt(base, method.config())) {
            Fixtures.scramble(adapted, 2);
            adapted.save(folder, new AdapterMetadata());
            try (AdaptedBlock loaded = Rlrr.load(ContractNet.of(manager, 1), folder)) {
                assertThat(loaded.config()).isEqualTo(method.config());
                assertThat(Fixtures.trainedBits(loaded)).isEqualTo(Fixtures.trainedBits(adapted));
                assertThat(run(loaded)).isEqualTo(run(adapted));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void trainingChangesAdapterAndHeadAndNothingElse(Method method) {
        Map<String, List<Integer>> before = Fixtures.bits(base);
        try (AdaptedBlock adapted = Rlrr.adapt(base, method.config())) {
            Map<String, List<Integer>> start = Fixtures.trainedBits(adapted);
            FineTuner.builder(adapted)
                    .dataset(new ContractNet.Data(12))
                    .batchSize(6)
                    .epochs(2)
                    .learningRate(0.01)
                    .build()
                    .fit();
            assertThat(Fixtures.bits(base)).isEqualTo(before);
            Fixtures.trainedBits(adapted)
                    .forEach(
                            (name, bits) ->
                                    assertThat(bits).as(name).isNotEqualTo(start.get(name)));
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void onlySelectedParametersAreReadOtherwise(Method method) {
        try (AdaptedBlock adapted = Rlrr.adapt(base, method.config())) {
            Fixtures.scramble(adapted, 2);
            Map<String, NDArray> values = adapted.effectiveValues(manager);
            Set<String> changed = new TreeSet<>();
            ModuleTree.of(base)
                    .parameters()
                    .forEach(
                            (path, parameter) -> {
                                if (!values.get(path).contentEquals(parameter.getArray())) {
                                    changed.add(path);
                                }
                            });
            Set<String> selected = new TreeSet<>();
            for (AdaptedSite adaptedSite : adapted.adapter().sites()) {
                Site site = adaptedSite.site();
                selected.add(site.kind() == SiteKind.PARAMETER ? "" : site.path());
            }
            assertThat(changed).allMatch(path -> selected.contains(moduleOf(path)));
            assertThat(changed).noneMatch(path -> path.startsWith("fc10."));
        }
    }

    /** The module of a parameter; empty for a parameter of the root. */
    private static String moduleOf(String path) {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    /**
     * The method alone, in float64: autograd's gradient of Σ c ⊙ effective(…) against central
     * differences. Every tensor of every adapted parameter.
     */
    @ParameterizedTest
    @MethodSource("methods")
    void gradientsAreThoseOfFiniteDifferences(Method method) {
        try (AdaptedBlock adapted = Rlrr.adapt(base, method.config())) {
            Fixtures.scramble(adapted, 2);
            for (AdaptedSite site : adapted.adapter().sites()) {
                for (Role role : site.method().roles()) {
                    if (role == Role.WEIGHT || site.site().bias() != null) {
                        checkGradient(site, role);
                    }
                }
            }
        }
    }

    private static NDArray doubles(Parameter parameter) {
        return parameter.getArray().toType(DataType.FLOAT64, true);
    }

    private void checkGradient(AdaptedSite adapted, Role role) {
        Parameter bias = adapted.site().bias();
        Frozen frozen =
                new Frozen(doubles(adapted.site().weight()), bias == null ? null : doubles(bias));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        adapted.tensors()
                .forEach(
                        (name, p) -> {
                            NDArray value = doubles(p);
                            value.setRequiresGradient(true);
                            tensors.put(name, value);
                        });
        Map<String, double[]> gradients = new HashMap<>();
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            if (adapted.method().effective(adapted.site(), role, frozen, tensors)
                    == frozen.of(role)) {
                return; // read as it is: nothing to learn from
            }
            collector.backward(weighted(adapted, role, frozen, tensors));
        }
        // Of a tensor that backward has not reached, DJL gives zeros of float32.
        tensors.forEach(
                (name, t) ->
                        gradients.put(
                                name,
                                t.getGradient().toType(DataType.FLOAT64, false).toDoubleArray()));
        double step = 1e-6;
        for (Map.Entry<String, NDArray> entry : tensors.entrySet()) {
            double[] values = entry.getValue().toDoubleArray();
            for (int i = 0; i < values.length; i++) {
                double[] ends = new double[2];
                for (int side = 0; side < 2; side++) {
                    double[] moved = values.clone();
                    moved[i] += side == 0 ? step : -step;
                    Map<String, NDArray> there = new LinkedHashMap<>(tensors);
                    there.put(entry.getKey(), manager.create(moved, entry.getValue().getShape()));
                    ends[side] = weighted(adapted, role, frozen, there).getDouble();
                }
                assertThat(gradients.get(entry.getKey())[i])
                        .as(
                                "%s %s of %s, %s[%d]",
                                adapted.method(), role, adapted.site().path(), entry.getKey(), i)
                        .isCloseTo((ends[0] - ends[1]) / (2 * step), within(1e-7));
            }
        }
    }

    /** Σ c ⊙ effective(…), with coefficients c that differ everywhere. */
    private NDArray weighted(
            AdaptedSite adapted, Role role, Frozen frozen, Map<String, NDArray> tensors) {
        NDArray effective = adapted.method().effective(adapted.site(), role, frozen, tensors);
        SplittableRandom random = new SplittableRandom(5);
        double[] coefficients = new double[Math.toIntExact(effective.size())];
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] = random.nextGaussian();
        }
        return effective.mul(manager.create(coefficients, effective.getShape())).sum();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aNameThatIsTakenIsRefusedWithoutSideEffects(Method method) {
        try (AdapterSet adapters = Rlrr.adapters(base)) {
            AdaptedBlock first = adapters.add("it", method.config());
            Fixtures.scramble(first, 2);
            float[] before = run(first);
            Fixtures.Alive alive = Fixtures.alive();
            assertThatThrownBy(() -> adapters.add("it", method.config()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("there is an adapter \"it\" already; remove it first");
            assertThat(Fixtures.alive()).isEqualTo(alive);
            assertThat(adapters.names()).containsExactly("it");
            assertThat(adapters.with("it")).isSameAs(first);
            assertThat(run(first)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void namesThatBeginAlikeDoNotMix(Method method) {
        try (AdapterSet adapters = Rlrr.adapters(base)) {
            AdaptedBlock it = adapters.add("it", method.config());
            AdaptedBlock item = adapters.add("it.em", method.config());
            Fixtures.scramble(it, 2);
            Fixtures.scramble(item, 3);
            float[] before = run(item);
            Fixtures.scramble(it, 4);
            assertThat(run(item)).isEqualTo(before);
            adapters.remove("it").close();
            assertThat(run(adapters.with("it.em"))).isEqualTo(before);
            // Nor do modules: fc1 was named, fc10 was not.
            assertThat(Fixtures.names(item)).noneMatch(name -> name.startsWith("fc10"));
        }
    }
}
