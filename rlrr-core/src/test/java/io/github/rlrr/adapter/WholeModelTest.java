package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.initializer.Initializer;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.BiasTuningConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.NormTuningConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.tensor.SafetensorsWriter;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Full fine-tuning, bias tuning and norm tuning: what they train and what they leave. */
class WholeModelTest {

    private final NDManager manager = Fixtures.manager();
    private final ContractNet base = ContractNet.of(manager, 1);

    @AfterEach
    void close() {
        manager.close();
    }

    private static Map<String, Boolean> decayed(AdaptedBlock adapted) {
        Map<String, Boolean> decayed = new TreeMap<>();
        adapted.trainableTensors().forEach(t -> decayed.put(t.name(), t.decayed()));
        return decayed;
    }

    private float[] run(Block block) {
        return Fixtures.run(block, manager, ContractNet.IMAGES, ContractNet.images(9));
    }

    @Test
    void fullFineTuningTrainsEveryParameterUnderItsPathFromItsValue() {
        try (AdaptedBlock adapted = Rlrr.adapt(base, new FullFineTuningConfig())) {
            Map<String, List<Integer>> expected = new LinkedHashMap<>();
            ModuleTree.of(base)
                    .parameters()
                    .forEach((path, p) -> expected.put(path, bits(p.getArray().toFloatArray())));
            Map<String, List<Integer>> actual = new LinkedHashMap<>();
            adapted.trainableTensors()
                    .forEach(
                            t ->
                                    actual.put(
                                            t.name(),
                                            bits(t.parameter().getArray().toFloatArray())));
            assertThat(actual).isEqualTo(expected).containsKey("offset");
            assertThat(run(adapted)).isEqualTo(run(base));
            ParameterReport report = adapted.parameterReport();
            assertThat(report.frozen()).isZero();
            assertThat(report.adapter()).isZero();
            assertThat(report.replaced())
                    .isEqualTo(
                            ModuleTree.of(base).parameters().values().stream()
                                    .mapToLong(p -> p.getArray().size())
                                    .sum());
            assertThat(report.adaptedModules()).containsEntry("Replacement of parameter", 1);
        }
    }

    private static List<Integer> bits(float[] values) {
        List<Integer> bits = new ArrayList<>();
        for (float value : values) {
            bits.add(Float.floatToRawIntBits(value));
        }
        return bits;
    }

    @Test
    void biasesAndNormsAreNotDecayed() {
        try (AdaptedBlock adapted = Rlrr.adapt(base, new FullFineTuningConfig())) {
            assertThat(decayed(adapted))
                    .containsOnly(
                            Map.entry("conv.weight", true),
                            Map.entry("conv.bias", false),
                            Map.entry("fc1.weight", true),
                            Map.entry("fc1.bias", false),
                            Map.entry("fc10.weight", true),
                            Map.entry("fc10.bias", false),
                            Map.entry("fc2.weight", true),
                            Map.entry("fc2.bias", false),
                            Map.entry("norm.gamma", false),
                            Map.entry("norm.beta", false),
                            Map.entry("head.weight", true),
                            Map.entry("head.bias", false),
                            Map.entry("offset", true));
        }
    }

    @Test
    void aLoneParameterThatIsABiasIsNotDecayed() {
        Fixtures.Named root =
                new Fixtures.Named().child("fc", Linear.builder().setUnits(4).build());
        for (Parameter.Type type :
                new Parameter.Type[] {Parameter.Type.BIAS, Parameter.Type.OTHER}) {
            root.parameter(
                    Parameter.builder()
                            .setName(type.name())
                            .setType(type)
                            .optShape(new Shape(2))
                            .optInitializer(Initializer.ONES)
                            .build());
        }
        Fixtures.initialized(root, manager, 1, new Shape(1, 4));
        try (AdaptedBlock adapted = Rlrr.adapt(root, new FullFineTuningConfig())) {
            assertThat(decayed(adapted)).containsEntry("BIAS", false).containsEntry("OTHER", true);
        }
    }

    @Test
    void aBlockThatIsOneModuleIsTrainedToo() {
        try (AdaptedBlock adapted =
                Rlrr.adapt(Fixtures.linear(manager, 1, 4, 3, true), new FullFineTuningConfig())) {
            assertThat(Fixtures.names(adapted)).containsExactly("weight", "bias");
        }
    }

    @Test
    void runningStatisticsAndIntegersAreNotTrained() {
        SequentialBlock net =
                new SequentialBlock()
                        .add(BatchNorm.builder().build())
                        .add(Linear.builder().setUnits(3).build());
        Fixtures.initialized(net, manager, 1, new Shape(2, 4));
        try (AdaptedBlock adapted = Rlrr.adapt(net, new FullFineTuningConfig())) {
            assertThat(Fixtures.names(adapted))
                    .containsExactly(
                            "BatchNorm.gamma", "BatchNorm.beta", "Linear.weight", "Linear.bias");
        }
        Parameter table =
                Parameter.builder()
                        .setName("order")
                        .setType(Parameter.Type.OTHER)
                        .optArray(manager.create(new int[] {1, 0}))
                        .optRequiresGrad(false)
                        .build();
        Fixtures.Named root =
                new Fixtures.Named().child("fc", Linear.builder().setUnits(4).build());
        Fixtures.initialized(root, manager, 1, new Shape(1, 4));
        root.parameter(table);
        assertThat(table.getArray().getDataType()).isEqualTo(DataType.INT32);
        try (AdaptedBlock adapted = Rlrr.adapt(root, new FullFineTuningConfig())) {
            assertThat(Fixtures.names(adapted)).containsExactly("fc.weight", "fc.bias");
        }
    }

    @Test
    void partialFineTuningTrainsWhatItsTargetsSelect() {
        try (AdaptedBlock adapted =
                Rlrr.adapt(base, new FullFineTuningConfig(List.of("norm", "head", "offset")))) {
            assertThat(Fixtures.names(adapted))
                    .containsExactlyInAnyOrder(
                            "norm.gamma", "norm.beta", "head.weight", "head.bias", "offset");
        }
    }

    @Test
    void otherMethodsPassOverLoneParametersAndRefuseThemByName() {
        try (AdaptedBlock adapted =
                Rlrr.adapt(base, RlrrConfig.builder().scaleAndShift().targets("**").build())) {
            assertThat(Fixtures.names(adapted)).noneMatch(name -> name.startsWith("offset"));
        }
        RlrrConfig named = RlrrConfig.builder().scaleAndShift().targets("offset").build();
        assertThatThrownBy(() -> Rlrr.adapt(base, named))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "targets: \"offset\" selects offset, a parameter; this method applies to"
                                + " [convolution, linear]");
    }

    @Test
    void onlyALinearLayerMayLoadOtherOutputs(@TempDir Path folder) throws IOException {
        FullFineTuningConfig config = new FullFineTuningConfig();
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        ModuleTree.of(base).parameters().forEach((path, p) -> tensors.put(path, p.getArray()));
        tensors.put("head.weight", manager.zeros(new Shape(7, 4)));
        tensors.put("head.bias", manager.zeros(new Shape(7)));
        assertThat(loaded(folder.resolve("a.safetensors"), tensors, config)).isEqualTo(7);
        tensors.put("offset", manager.zeros(new Shape(2, 4)));
        tensors.put("norm.gamma", manager.zeros(new Shape(5)));
        assertThatThrownBy(() -> loaded(folder.resolve("b.safetensors"), tensors, config))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("offset has shape (2, 4), expected (1, 4)")
                .hasMessageContaining("norm.gamma has shape (5), expected (4)");
    }

    private long loaded(Path file, Map<String, NDArray> tensors, AdapterConfig config)
            throws IOException {
        SafetensorsWriter.write(file, tensors, Map.of());
        try (TensorReader reader = TensorReader.open(file);
                AdaptedBlock adapted = Rlrr.load(base, config, reader)) {
            return Fixtures.tensor(adapted, "head.bias").size();
        }
    }

    @Test
    void biasTuningTrainsEveryBiasFromTheBaseAndTheHead() {
        try (AdaptedBlock adapted = Rlrr.adapt(base, new BiasTuningConfig())) {
            assertThat(decayed(adapted))
                    .containsOnly(
                            Map.entry("conv.shift", false),
                            Map.entry("fc1.shift", false),
                            Map.entry("fc10.shift", false),
                            Map.entry("fc2.shift", false),
                            Map.entry("norm.shift", false),
                            Map.entry("head.weight", true),
                            Map.entry("head.bias", false));
            assertThat(run(adapted)).isEqualTo(run(base));
        }
    }

    @Test
    void biasTuningPassesOverWhatHasNoBiasAndRefusesWhereThatIsAll() {
        Fixtures.Named root =
                new Fixtures.Named()
                        .child("a", Linear.builder().setUnits(4).optBias(false).build())
                        .child("b", Linear.builder().setUnits(4).build());
        Fixtures.initialized(root, manager, 1, new Shape(1, 4));
        try (AdaptedBlock adapted =
                Rlrr.adapt(root, new BiasTuningConfig(List.of("**"), List.of()))) {
            assertThat(Fixtures.names(adapted)).containsExactly("b.shift");
        }
        BiasTuningConfig none = new BiasTuningConfig(List.of("a"), List.of());
        Fixtures.Alive alive = Fixtures.alive();
        assertThatThrownBy(() -> Rlrr.adapt(root, none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing for this method to train");
        assertThat(Fixtures.alive()).isEqualTo(alive);
    }

    @Test
    void normTuningTrainsNormsAndTheHeadAndRefusesOtherTargets() {
        try (AdaptedBlock adapted = Rlrr.adapt(base, new NormTuningConfig())) {
            assertThat(Fixtures.names(adapted))
                    .containsExactlyInAnyOrder(
                            "norm.gamma", "norm.beta", "head.weight", "head.bias");
            assertThat(run(adapted)).isEqualTo(run(base));
        }
        NormTuningConfig linear = new NormTuningConfig(List.of("fc1"), List.of());
        assertThatThrownBy(() -> Rlrr.adapt(base, linear))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this method applies to [norm]");
    }

    @Test
    void aConfigurationWithoutTargetsIsRefused() {
        for (ThrowingCallable empty :
                List.<ThrowingCallable>of(
                        () -> new FullFineTuningConfig(List.of()),
                        () -> new BiasTuningConfig(List.of(), List.of("head")),
                        () -> new NormTuningConfig(List.of(), List.of("head")))) {
            assertThatThrownBy(empty)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("targets is empty");
        }
    }
}
