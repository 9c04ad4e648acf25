package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.inference.ImageClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;
import org.springframework.util.unit.DataSize;
import org.springframework.web.ErrorResponseException;

/** Turns: how many at a time, and what the others are told. */
class BoundedClassifierTest {

    private static final ImageSource GOOD =
            ImageSource.of(Images.noise("png", 20, 20, 0), "the image");

    @TempDir Path folder;
    private ImageClassifier classifier;
    private BoundedClassifier bounded;

    private ServiceSettings settings(int forwards) {
        return new ServiceSettings(
                folder,
                null,
                "cpu",
                1,
                forwards,
                Duration.ofMillis(50),
                5,
                null,
                2,
                1000,
                DataSize.ofKilobytes(10),
                4,
                100,
                Duration.ofSeconds(10));
    }

    @BeforeEach
    void open() throws IOException {
        RandomVit.write(RandomVit.TINY, folder, 0);
        classifier = ImageClassifier.open(folder);
        bounded = new BoundedClassifier(classifier, settings(1));
    }

    @AfterEach
    void close() {
        classifier.close();
    }

    private static void assertUnavailable(Throwable thrown, String why) {
        assertThat(thrown).isInstanceOf(ErrorResponseException.class).hasMessageContaining(why);
        ErrorResponseException refusal = (ErrorResponseException) thrown;
        assertThat(refusal.getStatusCode().value()).isEqualTo(503);
        assertThat(refusal.getHeaders().getFirst("Retry-After")).isEqualTo("1");
    }

    @Test
    void whoWaitsTooLongIsToldSoAndATurnComesBack() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ImageSource slow =
                decoder -> {
                    holding.countDown();
                    awaitQuietly(release);
                    return GOOD.read(decoder);
                };
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?> first = other.submit(() -> bounded.classify(List.of(slow)));
            holding.await();
            assertThatThrownBy(() -> bounded.classify(List.of(GOOD)))
                    .satisfies(thrown -> assertUnavailable(thrown, "busy: no turn within 50 ms"));
            release.countDown();
            first.get();
            assertThat(bounded.classify(List.of(GOOD))).hasSize(1);
        } finally {
            other.shutdownNow();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRefusedImageGivesItsTurnBack() throws Exception {
        ImageSource bad = ImageSource.of(new byte[3], "the image");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> bounded.classify(List.of(bad)))
                    .isInstanceOf(ImageDecodeException.class);
        }
        assertThat(bounded.classify(List.of(GOOD))).hasSize(1);
    }

    @Test
    void aClosedClassifierIsUnavailableAndDown() {
        ClassifierHealthIndicator health = new ClassifierHealthIndicator(classifier);
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        classifier.close();
        assertThatThrownBy(() -> bounded.classify(List.of(GOOD)))
                .satisfies(thrown -> assertUnavailable(thrown, "stopping"));
        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
    }
}
