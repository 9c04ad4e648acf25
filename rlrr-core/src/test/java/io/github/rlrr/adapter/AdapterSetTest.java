package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.RlrrConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterSetTest {

    private static final RlrrConfig CONFIG =
            RlrrConfig.builder().targets("all-linear", "all-conv").scaleAndShift("norm").build();

    private final NDManager manager = Fixtures.manager();
    private final ContractNet base = ContractNet.of(manager, 1);
    private final AdapterSet adapters = Rlrr.adapters(base);

    @AfterEach
    void close() {
        adapters.close();
        manager.close();
    }

    private float[] run(ai.djl.nn.Block block) {
        return Fixtures.run(block, manager, ContractNet.IMAGES, ContractNet.images(9));
    }

    @Test
    void adaptersAreListedInTheOrderTheyCame() {
        adapters.add("b", CONFIG);
        adapters.add("a", CONFIG);
        assertThat(adapters.names()).containsExactly("b", "a");
        adapters.remove("b").close();
        assertThat(adapters.names()).containsExactly("a");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNamesThereAre() {
        adapters.add("pets", CONFIG);
        assertThatThrownBy(() -> adapters.with("pet"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no adapter \"pet\"; there are: [pets]");
        assertThatThrownBy(() -> adapters.remove("pet"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "../up", "a/b", "-x", ".hidden", "a\nb"})
    void aMalformedNameIsRefused(String name) {
        assertThatThrownBy(() -> adapters.add(name, CONFIG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected letters, digits");
        assertThat(adapters.names()).isEmpty();
    }

    @Test
    void eachAdapterHasItsOwnNumberOfClasses(@TempDir Path folder) throws IOException {
        AdaptedBlock seven = adapters.add("seven", CONFIG, 7);
        AdaptedBlock two = adapters.add("two", CONFIG, 2);
        assertThat(run(seven)).hasSize(3 * 7).containsOnly(0);
        assertThat(run(two)).hasSize(3 * 2);
        assertThat(run(adapters.base())).hasSize(3 * 3);
        Fixtures.scramble(seven, 2);
        seven.save(folder, new AdapterMetadata());
        assertThat(run(adapters.load("again", folder))).isEqualTo(run(seven));
    }

    @Test
    void aNumberOfClassesNeedsOneHead() {
        RlrrConfig none = RlrrConfig.builder().scaleAndShift("norm").fullyTrained().build();
        RlrrConfig several =
                RlrrConfig.builder().scaleAndShift("norm").fullyTrained("fc10", "head").build();
        Fixtures.Alive before = Fixtures.alive();
        assertThatThrownBy(() -> adapters.add("it", none, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs exactly one linear layer")
                .hasMessageEndingWith("trains []");
        assertThatThrownBy(() -> adapters.add("it", several, 4))
                .hasMessageEndingWith("trains [fc10, head]");
        assertThatThrownBy(() -> adapters.add("it", CONFIG, 0))
                .hasMessage("classes is 0, expected at least 1");
        assertThat(adapters.names()).isEmpty();
        assertThat(Fixtures.alive()).isEqualTo(before);
    }

    @Test
    void aFolderThatIsNoAdapterLeavesTheSetAsItWas(@TempDir Path folder) {
        assertThatThrownBy(() -> adapters.load("it", folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("adapter_config.json");
        assertThat(adapters.names()).isEmpty();
    }

    @Test
    void aRemovedAdapterStillWorksUntilItIsClosed() {
        AdaptedBlock it = adapters.add("it", CONFIG);
        float[] before = run(it);
        try (AdaptedBlock removed = adapters.remove("it")) {
            assertThat(removed).isSameAs(it);
            assertThat(run(removed)).isEqualTo(before);
        }
    }

    @Test
    void closingFreesEveryAdapterAndLeavesTheBase() {
        Fixtures.Alive before = Fixtures.alive();
        float[] plain = run(base);
        adapters.add("a", CONFIG);
        adapters.add("b", CONFIG, 5);
        adapters.close();
        assertThat(Fixtures.alive()).isEqualTo(before);
        assertThat(run(base)).isEqualTo(plain);
    }

    /** Each thread has its own view; others are added and removed meanwhile. */
    @Test
    void threadsWithDifferentAdaptersNeverSeeEachOthers() throws Exception {
        Map<String, float[]> expected = new LinkedHashMap<>();
        for (int i = 0; i < 4; i++) {
            Fixtures.scramble(adapters.add("adapter" + i, CONFIG, 2 + i), i);
            expected.put("adapter" + i, run(adapters.with("adapter" + i)));
        }
        expected.put("base", run(adapters.base()));
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            expected.forEach((name, values) -> work.add(() -> forward(name, values)));
            work.add(this::addAndRemove);
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(adapters.names()).hasSize(4);
    }

    private Void forward(String name, float[] expected) {
        for (int i = 0; i < 40; i++) {
            float[] found = run(name.equals("base") ? adapters.base() : adapters.with(name));
            assertThat(found).as(name).isEqualTo(expected);
        }
        return null;
    }

    private Void addAndRemove() {
        for (int i = 0; i < 40; i++) {
            adapters.add("passing", CONFIG);
            adapters.remove("passing").close();
        }
        return null;
    }
}
