package io.github.rlrr.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import io.github.rlrr.Fixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs, the runtime and gradient mode. */
class TorchTest {

    private static final String MULTIPLY =
            """
              def forward(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.mul(x, y)
              def twice(self, x: Tensor) -> NoneType:
                torch.mul_(x, 2.)
                return None
              def all(self, x: List[Tensor], a: float, n: int, b: bool) -> NoneType:
                torch._foreach_mul_(x, a)
                return None
            """;

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void gradientsReachTheInputs() {
        NDArray x = manager.create(new float[] {2, 3});
        x.setRequiresGradient(true);
        NDArray y = manager.create(new float[] {5, 7});
        try (TorchProgram program = new TorchProgram(MULTIPLY);
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray product = program.forward(x, y).head();
            assertThat(product.toFloatArray()).containsExactly(10, 21);
            collector.backward(product.sum());
        }
        assertThat(x.getGradient().toFloatArray()).containsExactly(5, 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "x[]", "x()", "module_method:twice", "weight", "x(2,3)"})
    void namesThatDjlWouldReadAsStructureAreKeptAndDoNoHarm(String name) {
        NDArray x = manager.create(new float[] {2, 3});
        x.setRequiresGradient(true);
        x.setName(name);
        try (TorchProgram program = new TorchProgram(MULTIPLY);
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(program.forward(x, x).head().sum());
        }
        assertThat(x.getName()).isEqualTo(name);
        assertThat(x.getGradient().toFloatArray()).containsExactly(4, 6);
    }

    @Test
    void threadsMayShareNamedInputs() throws Exception {
        NDArray x = manager.create(new float[] {2, 3});
        x.setName("a.b");
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (TorchProgram program = new TorchProgram(MULTIPLY)) {
            List<Callable<float[]>> calls = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                calls.add(() -> program.forward(x, x).head().toFloatArray());
            }
            for (Future<float[]> result : pool.invokeAll(calls)) {
                assertThat(result.get()).containsExactly(4, 9);
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void callsLeaveTheirResultsAlone() {
        NDArray x = manager.create(new float[] {2, 3});
        x.setName("a.b");
        try (TorchProgram program = new TorchProgram(MULTIPLY)) {
            program.forward(x, x).close();
            Fixtures.Alive before = Fixtures.alive();
            program.forward(x, x).close();
            assertThat(Fixtures.alive()).isEqualTo(before);
        }
    }

    @Test
    void aMethodRunsForItsEffect() {
        NDArray x = manager.create(new float[] {2, 3});
        try (TorchProgram program = new TorchProgram(MULTIPLY)) {
            program.run("twice", x);
            program.run("all", List.of(x), 10.0, 1L, true);
        }
        assertThat(x.toFloatArray()).containsExactly(40, 60);
    }

    @Test
    void anArgumentOfAnotherTypeIsRefused() {
        try (TorchProgram program = new TorchProgram(MULTIPLY)) {
            assertThatThrownBy(() -> program.run("twice", "text"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("not java.lang.String");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "  def forward(self, x: Tensor) -> Tensor:\n    return torch.no_such_operator(x)\n",
                "  def forward(self, x: Tensor) -> Tensor:\n    return (x\n"
            })
    void aProgramThatDoesNotCompileIsRefusedWithItsText(String text) {
        Fixtures.Alive before = Fixtures.alive();
        assertThatThrownBy(() -> new TorchProgram(text).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the program does not compile: ")
                .hasMessageEndingWith(text);
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    @Test
    void gradientModeIsRestoredWhenClosed() {
        boolean start = JniUtils.isGradMode();
        try {
            for (boolean mode : new boolean[] {true, false}) {
                JniUtils.setGradMode(mode);
                try (GradMode off = GradMode.off()) {
                    off.suppressNotUsedWarning();
                    assertThat(JniUtils.isGradMode()).isFalse();
                }
                assertThat(JniUtils.isGradMode()).isEqualTo(mode);
            }
        } finally {
            JniUtils.setGradMode(start);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.7.1", "2.7.1+cu128", "2.7.1+cpu"})
    void testedVersionsGiveNoWarning(String torch) {
        assertThat(TorchRuntime.warnings("0.36.0", torch)).isEmpty();
    }

    @Test
    void otherVersionsAreNamed() {
        List<String> warnings = TorchRuntime.warnings("0.37.0", "2.8.0+cu128");
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0))
                .startsWith("rlrr is tested with DJL 0.36.0, this is DJL 0.37.0;");
        assertThat(warnings.get(1))
                .startsWith("rlrr is tested with libtorch 2.7.1, this is libtorch 2.8.0+cu128;");
    }

    @Test
    void theEngineOfTheseTestsIsATestedOne() {
        assertThat(
                        TorchRuntime.warnings(
                                Engine.getDjlVersion(), TorchRuntime.require().getVersion()))
                .isEmpty();
    }

    @Test
    void theNumberOfThreadsIsSet() {
        int before = TorchRuntime.threads();
        try {
            TorchRuntime.setThreads(before + 1);
            assertThat(TorchRuntime.threads()).isEqualTo(before + 1);
        } finally {
            TorchRuntime.setThreads(before);
        }
    }

    @Test
    void noThreadsAreRefused() {
        assertThatThrownBy(() -> TorchRuntime.setThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads is 0, expected at least 1");
    }
}
