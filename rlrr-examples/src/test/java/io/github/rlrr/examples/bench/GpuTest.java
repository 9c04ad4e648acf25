package io.github.rlrr.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** A GPU against the CPU, by the checks of {@code rlrr bench gpu}. docs/platforms.md says how. */
@Tag("gpu")
class GpuTest {

    @TestFactory
    Stream<DynamicTest> theGpuDoesWhatTheCpuDoes() {
        return List.of("vit-cifar10", "vit-b16").stream()
                .flatMap(
                        model ->
                                new DeviceChecks(
                                                BenchModel.named(model),
                                                Device.gpu(0),
                                                Device.cpu())
                                        .all().entrySet().stream()
                                                .map(
                                                        check ->
                                                                DynamicTest.dynamicTest(
                                                                        model
                                                                                + ": "
                                                                                + check.getKey(),
                                                                        () ->
                                                                                assertThat(
                                                                                                check.getValue()
                                                                                                        .get())
                                                                                        .extracting(
                                                                                                Verdict
                                                                                                        ::outcome)
                                                                                        .isEqualTo(
                                                                                                Verdict
                                                                                                        .Outcome
                                                                                                        .PASSED))));
    }
}
