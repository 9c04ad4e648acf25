package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.inference.ClassifierPool.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images and adapters in any order on one base. */
class ClassifierPoolTest {

    private static final List<Path> IMAGES =
            List.of(TinyClassifier.image("rgb8.png"), TinyClassifier.image("420.jpg"));

    @TempDir private Path folder;
    private VisionTransformer vit;
    private ClassifierPool pool;

    @BeforeEach
    void open() throws IOException {
        vit = VitCheckpoint.load(TinyClassifier.BASE);
        pool = ClassifierPool.on(vit, 300_000); // two of three: each takes 100 KB or so
        for (int i = 0; i < 3; i++) {
            TinyClassifier.write(folder.resolve("a" + i), i);
            pool.load("a" + i, adapter(i));
        }
    }

    @AfterEach
    void close() {
        pool.close();
        vit.close();
    }

    private Path adapter(int which) {
        return folder.resolve("a" + which).resolve("adapter");
    }

    private void assertExpected(Classification actual, int adapter, Path image) throws IOException {
        assertThat(actual.probabilities())
                .containsExactly(TinyClassifier.expected(adapter(adapter), image), within(1e-5));
    }

    @Test
    void requestsAreAnsweredInTheirOrderByTheAdapterThatTheyName() throws IOException {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(new Request("a" + i % 3, ImageSource.of(IMAGES.get(i / 2 % 2))));
        }
        List<Classification> answers = pool.classify(requests);
        assertThat(answers).hasSize(40);
        for (int i = 0; i < 12; i++) {
            assertExpected(answers.get(i), i % 3, IMAGES.get(i / 2 % 2));
        }
        // Three forwards of 13 or 14 images, not forty.
        assertThat(pool.figures().readThrough() + pool.figures().builds()).isEqualTo(3);
    }

    @Test
    void answersStayTheSameWhenWeightsAreKept() throws IOException {
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 3; i++) {
                assertExpected(
                        pool.classify("a" + i, ImageSource.of(IMAGES.get(0))), i, IMAGES.get(0));
            }
        }
        assertThat(pool.figures().builds()).isPositive();
    }

    @Test
    void threadsMayAskWhileAdaptersAreReloaded() throws Exception {
        double[][] expected = new double[3][];
        for (int i = 0; i < 3; i++) {
            expected[i] = TinyClassifier.expected(adapter(i), IMAGES.get(0));
        }
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int first = t;
                work.add(
                        () -> {
                            for (int i = 0; i < 60; i++) {
                                int which = (first + i / 4) % 3;
                                double[] found =
                                        pool.classify("a" + which, ImageSource.of(IMAGES.get(0)))
                                                .probabilities();
                                assertThat(found).containsExactly(expected[which], within(1e-5));
                            }
                            return null;
                        });
            }
            work.add(
                    () -> {
                        for (int i = 0; i < 30; i++) {
                            pool.load("a1", adapter(1));
                            pool.load("passing", adapter(0));
                            pool.remove("passing");
                        }
                        return null;
                    });
            for (Future<Void> each : threads.invokeAll(work)) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(pool.names()).containsExactly("a0", "a1", "a2");
    }

    @Test
    void badRequestsAreRefusedAndThePoolServesOn() throws IOException {
        ImageSource image = ImageSource.of(IMAGES.get(0));
        assertThatThrownBy(() -> pool.classify("dogs", image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no adapter \"dogs\"; there are: [a0, a1, a2]");
        assertThatThrownBy(() -> pool.classify(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the batch is empty, expected at least one image");
        assertThatThrownBy(() -> pool.classify("a0", ImageSource.of(new byte[] {1}, "upload")))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining("upload: ");
        assertExpected(pool.classify("a0", image), 0, IMAGES.get(0));
        pool.close();
        assertThatThrownBy(() -> pool.classify("a0", image))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this pool of adapters is closed");
    }

    @Test
    void limitsHoldHereToo() throws IOException {
        try (ClassifierPool strict = ClassifierPool.on(vit, 0, new ImageLimits(1, 10, 1_000_000))) {
            strict.load("a0", adapter(0));
            assertThatThrownBy(() -> strict.classify("a0", ImageSource.of(IMAGES.get(0))))
                    .hasMessageContaining("expected at most 10 pixels (ImageLimits,");
        }
    }

    @Test
    void anAdapterThatCannotLabelImagesIsRefused() throws IOException {
        try (AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            adapted.save(folder.resolve("nameless"), new AdapterMetadata());
            adapted.save(
                    folder.resolve("two"),
                    new AdapterMetadata(
                            "", List.of("a", "b"), TinyClassifier.PREPROCESSING.toMap()));
            Map<String, Object> larger = TinyClassifier.PREPROCESSING.withSize(32, 32).toMap();
            adapted.save(
                    folder.resolve("larger"),
                    new AdapterMetadata("", TinyClassifier.CLASSES, larger));
        }
        assertThatThrownBy(() -> pool.load("x", folder.resolve("nameless")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no class names or no preprocessing");
        assertThatThrownBy(() -> pool.load("x", folder.resolve("two")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("two names 2 classes, its head has 5");
        assertThatThrownBy(() -> pool.load("x", folder.resolve("larger")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("takes images of 32x32, the base of this pool 16x16");
        assertThat(pool.names()).containsExactly("a0", "a1", "a2");
    }
}
