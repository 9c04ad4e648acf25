package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.BiasTuningConfig;
import io.github.rlrr.method.FullFineTuningConfig;
import io.github.rlrr.method.LinearProbeConfig;
import io.github.rlrr.method.LoraConfig;
import io.github.rlrr.method.NormTuningConfig;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.method.SsfConfig;
import io.github.rlrr.module.ModuleTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters that serve on one base, with effective weights kept up to a budget. */
class AdapterPoolTest {

    private static final RlrrConfig CONFIG =
            RlrrConfig.builder().targets("fc1").scaleAndShift("norm").fullyTrained("head").build();
    private static final Shape INPUT = new Shape(2, 4);
    private static final float[] X = {0.5f, -1, 2, 0.25f, 1, 0.75f, -0.5f, 3};

    @TempDir private Path folder;
    private final NDManager manager = Fixtures.manager();
    private final Fixtures.Mlp base = Fixtures.mlp(manager, 3);
    private final Map<String, float[]> expected = new LinkedHashMap<>();
    private long each;

    @BeforeEach
    void writeAdapters() throws IOException {
        for (int i = 0; i < 4; i++) {
            String name = "adapter" + i;
            expected.put(name, write(name, i));
        }
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private float[] write(String name, long seed) throws IOException {
        try (AdaptedBlock adapted = Rlrr.adapt(base, CONFIG)) {
            Fixtures.scramble(adapted, seed);
            adapted.save(folder.resolve(name), new AdapterMetadata("mlp", List.of(name), Map.of()));
            each = ReadyValues.estimate(ModuleTree.of(base), adapted.adapter());
            return Fixtures.run(adapted, manager, INPUT, X);
        }
    }

    private AdapterPool pool(long budget) throws IOException {
        AdapterPool pool = Rlrr.pool(base, budget);
        for (String name : expected.keySet()) {
            pool.load(name, folder.resolve(name));
        }
        return pool;
    }

    private float[] ask(AdapterPool pool, String name) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray input = scope.create(X, INPUT);
            return pool.forward(name, new NDList(input)).head().toFloatArray();
        }
    }

    @Test
    void answersAsTheAdapterDoesFromItsFirstRequestOn() throws IOException {
        try (AdapterPool pool = pool(2 * each)) {
            for (int round = 0; round < 5; round++) {
                expected.forEach((n, values) -> assertThat(ask(pool, n)).isEqualTo(values));
            }
        }
    }

    @Test
    void theSecondRequestKeepsTheWeightsAndTheThirdUsesThem() throws IOException {
        try (AdapterPool pool = pool(4 * each)) {
            ask(pool, "adapter0");
            assertThat(pool.figures()).isEqualTo(new AdapterPool.Figures(4, 0, 0, 0, 0, 0, 1));
            ask(pool, "adapter0");
            assertThat(pool.figures()).isEqualTo(new AdapterPool.Figures(4, 1, each, 0, 1, 0, 1));
            ask(pool, "adapter0");
            assertThat(pool.figures()).isEqualTo(new AdapterPool.Figures(4, 1, each, 1, 1, 0, 1));
        }
    }

    @Test
    void theOneAskedLongestAgoMakesRoom() throws IOException {
        try (AdapterPool pool = pool(2 * each)) {
            for (String name : List.of("adapter0", "adapter1", "adapter0", "adapter1")) {
                ask(pool, name);
            }
            ask(pool, "adapter0"); // adapter1 is now the one asked longest ago
            ask(pool, "adapter2");
            ask(pool, "adapter2");
            assertThat(pool.figures().evictions()).isEqualTo(1);
            assertThat(pool.figures().readyBytes()).isEqualTo(2 * each);
            long hits = pool.figures().hits();
            ask(pool, "adapter0");
            assertThat(pool.figures().hits()).isEqualTo(hits + 1);
            ask(pool, "adapter1");
            assertThat(pool.figures().hits()).isEqualTo(hits + 1);
        }
    }

    @Test
    void withoutRoomTheBaseIsReadThroughTheAdapter() throws IOException {
        try (AdapterPool pool = pool(each - 1)) {
            for (int round = 0; round < 3; round++) {
                expected.forEach((n, values) -> assertThat(ask(pool, n)).isEqualTo(values));
            }
            assertThat(pool.figures()).isEqualTo(new AdapterPool.Figures(4, 0, 0, 0, 0, 0, 12));
        }
    }

    @Test
    void anAdapterIsReplacedAndRemoved() throws IOException {
        try (AdapterPool pool = pool(4 * each)) {
            for (int round = 0; round < 3; round++) {
                ask(pool, "adapter0");
            }
            float[] other = write("other", 99);
            assertThat(pool.load("adapter0", folder.resolve("other")).classNames())
                    .containsExactly("other");
            assertThat(ask(pool, "adapter0")).isEqualTo(other);
            try (AdapterPool.Lease lease = pool.lease("adapter0")) {
                assertThat(lease.metadata().classNames()).containsExactly("other");
            }
            assertThat(pool.names()).hasSize(4);
            pool.remove("adapter0");
            assertThat(pool.names()).containsExactly("adapter1", "adapter2", "adapter3");
            assertThatThrownBy(() -> ask(pool, "adapter0"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "there is no adapter \"adapter0\"; there are:"
                                    + " [adapter1, adapter2, adapter3]");
            assertThatThrownBy(() -> pool.remove("adapter0"))
                    .hasMessageContaining("there is no adapter");
        }
    }

    @Test
    void aLeaseKeepsItsAdapterWhateverIsLoadedInItsPlace() throws IOException {
        AdapterPool pool = pool(4 * each);
        AdapterPool.Lease lease = pool.lease("adapter0");
        pool.load("adapter0", folder.resolve("adapter1"));
        assertThat(ask(pool, "adapter0")).isEqualTo(expected.get("adapter1"));
        assertThat(lease.metadata().classNames()).containsExactly("adapter0");
        try (NDManager scope = manager.newSubManager()) {
            NDList input = new NDList(scope.create(X, INPUT));
            assertThat(lease.forward(input).head().toFloatArray())
                    .isEqualTo(expected.get("adapter0"));
            lease.close();
            lease.close();
            assertThatThrownBy(() -> lease.forward(input))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this lease of an adapter is closed");
        }
        pool.close();
    }

    @Test
    void aDamagedFileOrOneOfAnotherBaseIsRefusedAndTheOthersServeOn() throws IOException {
        try (AdapterPool pool = pool(4 * each)) {
            Path tensors = folder.resolve("adapter1").resolve(AdapterFolder.TENSOR_FILE);
            byte[] whole = Files.readAllBytes(tensors);
            Files.write(tensors, Arrays.copyOf(whole, whole.length / 2));
            assertThatThrownBy(() -> pool.load("adapter1", folder.resolve("adapter1")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(AdapterFolder.TENSOR_FILE);
            try (AdaptedBlock foreign = Rlrr.adapt(Fixtures.mlp(manager, 4), CONFIG)) {
                foreign.save(folder.resolve("foreign"), new AdapterMetadata());
            }
            assertThatThrownBy(() -> pool.load("foreign", folder.resolve("foreign")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was trained on another base");
            assertThatThrownBy(() -> pool.load("none", folder.resolve("none")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the folder does not exist");
            assertThatThrownBy(() -> pool.load("../up", folder.resolve("adapter0")))
                    .isInstanceOf(IllegalArgumentException.class);
            expected.forEach((n, values) -> assertThat(ask(pool, n)).isEqualTo(values));
        }
    }

    @Test
    void everyAdapterMethodServes() throws IOException {
        List<String> head = List.of("head");
        List<AdapterConfig> configs =
                List.of(
                        CONFIG,
                        new LoraConfig(2, 2, List.of("fc1"), head, 1),
                        new SsfConfig(List.of("fc1", "norm"), head, 1),
                        new BiasTuningConfig(List.of("fc1", "norm"), head),
                        new NormTuningConfig(List.of("norm"), head),
                        new LinearProbeConfig(head),
                        new FullFineTuningConfig());
        try (AdapterPool pool = Rlrr.pool(base, 1 << 20)) {
            for (AdapterConfig config : configs) {
                Path target = folder.resolve("method-" + config.method());
                float[] values;
                try (AdaptedBlock adapted = Rlrr.adapt(base, config)) {
                    Fixtures.scramble(adapted, 5);
                    adapted.save(target, new AdapterMetadata());
                    values = Fixtures.run(adapted, manager, INPUT, X);
                }
                pool.load(config.method(), target);
                for (int i = 0; i < 3; i++) {
                    assertThat(ask(pool, config.method())).as(config.method()).isEqualTo(values);
                }
            }
            assertThat(pool.figures().hits()).isEqualTo(configs.size());
        }
    }

    /** Eight threads ask; two replace and remove meanwhile; the budget holds two of four. */
    @Test
    void requestsUnderLoadGetTheAdapterThatTheyNamed() throws Exception {
        AdapterPool pool = pool(2 * each);
        pool.load("passing", folder.resolve("adapter0"));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(10);
        try {
            List<Callable<Integer>> askers = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int first = t;
                askers.add(() -> askInTurns(pool, first));
            }
            List<Future<Integer>> changing = new ArrayList<>();
            changing.add(threads.submit(() -> reload(pool, done)));
            changing.add(threads.submit(() -> addAndRemove(pool, done)));
            int answered = 0;
            for (Future<Integer> each : threads.invokeAll(askers)) {
                answered += each.get();
            }
            done.set(true);
            for (Future<Integer> each : changing) {
                assertThat(each.get()).isPositive();
            }
            AdapterPool.Figures figures = pool.figures();
            assertThat(figures.hits() + figures.builds() + figures.readThrough())
                    .isEqualTo(answered);
            assertThat(figures.readyBytes()).isLessThanOrEqualTo(2 * each);
        } finally {
            threads.shutdownNow();
            pool.close();
        }
    }

    private int askInTurns(AdapterPool pool, int first) {
        List<String> names = List.copyOf(expected.keySet());
        for (int i = 0; i < 200; i++) {
            // Not one after the other: the same a few times, then the next.
            String name = names.get((first + i / 5) % names.size());
            assertThat(ask(pool, name)).as(name).isEqualTo(expected.get(name));
        }
        return 200;
    }

    private int reload(AdapterPool pool, AtomicBoolean done) throws IOException {
        int count = 0;
        while (!done.get()) {
            pool.load("adapter1", folder.resolve("adapter1"));
            count++;
        }
        return count;
    }

    private int addAndRemove(AdapterPool pool, AtomicBoolean done) throws IOException {
        int count = 0;
        while (!done.get()) {
            pool.load("passing", folder.resolve("adapter2"));
            pool.remove("passing");
            count++;
        }
        return count;
    }

    @Test
    void closingFreesEverythingButTheBase() throws IOException {
        float[] plain = Fixtures.run(base, manager, INPUT, X);
        Fixtures.Alive before = Fixtures.alive();
        AdapterPool pool = pool(2 * each);
        for (int round = 0; round < 3; round++) {
            expected.keySet().forEach(name -> ask(pool, name));
        }
        pool.close();
        pool.close();
        assertThat(Fixtures.alive()).isEqualTo(before);
        assertThat(Fixtures.run(base, manager, INPUT, X)).isEqualTo(plain);
        assertThatThrownBy(() -> ask(pool, "adapter0"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this pool of adapters is closed");
        assertThatThrownBy(() -> pool.load("adapter0", folder.resolve("adapter0")))
                .hasMessage("this pool of adapters is closed");
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    /** Whatever the block leaves open goes with the inputs' manager, nothing with the weights'. */
    @Test
    void aForwardLeavesNothingWithTheWeights() throws IOException {
        try (AdapterPool pool = pool(4 * each)) {
            for (int i = 0; i < 3; i++) {
                ask(pool, "adapter0");
            }
            Fixtures.Alive before = Fixtures.alive();
            for (int i = 0; i < 10; i++) {
                ask(pool, "adapter0");
                ask(pool, "adapter1");
            }
            Fixtures.Alive after = Fixtures.alive();
            ask(pool, "adapter1");
            assertThat(Fixtures.alive()).isEqualTo(after);
            pool.remove("adapter1");
            pool.load("adapter1", folder.resolve("adapter1"));
            assertThat(Fixtures.alive()).isEqualTo(before);
        }
    }

    @Test
    void aNegativeBudgetIsRefused() {
        assertThatThrownBy(() -> Rlrr.pool(base, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the byte budget is -1, expected 0 or more");
    }
}
