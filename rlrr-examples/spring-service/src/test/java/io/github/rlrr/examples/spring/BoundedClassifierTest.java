package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;
import org.springframework.web.ErrorResponseException;
import reactor.core.Disposable;

/** Turns: how many at a time, and what the others are told. */
class BoundedClassifierTest {

    private static final ImageSource GOOD =
            ImageSource.of(Images.noise("png", 20, 20, 0), "the image");

    @TempDir Path folder;
    private ImagePredictor classifier;
    private BoundedClassifier bounded;

    private ServiceSettings settings(int forwards, String maxWait) {
        return Settings.of(folder, "forwards=" + forwards, "max-wait=" + maxWait);
    }

    @BeforeEach
    void open() throws IOException {
        RandomVit.write(RandomVit.TINY, folder, 0);
        classifier = ImagePredictor.open(folder);
        bounded = new BoundedClassifier(classifier, settings(1, "1m"));
    }

    @AfterEach
    void close() {
        bounded.close();
        classifier.close();
    }

    private List<Answer> classify(ImageSource image) {
        List<Answer> answers = bounded.classify(List.of(image)).block();
        assertThat(answers).isNotNull();
        return answers;
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
        bounded.close();
        bounded = new BoundedClassifier(classifier, settings(1, "50ms"));
        CompletableFuture<?> first = bounded.classify(List.of(slow)).toFuture();
        holding.await();
        assertThatThrownBy(() -> classify(GOOD))
                .satisfies(thrown -> assertUnavailable(thrown, "busy: no turn within 50 ms"));
        release.countDown();
        first.get();
    }

    @Test
    void whoHasGoneHasNoTurnAndNoFurtherImageOfAFormIsDecoded() throws Exception {
        CountDownLatch holding = new CountDownLatch(1);
        AtomicInteger decoded = new AtomicInteger();
        ImageSource held =
                decoder -> {
                    holding.countDown();
                    awaitQuietly(new CountDownLatch(1)); // until it is interrupted
                    return GOOD.read(decoder);
                };
        ImageSource next =
                decoder -> {
                    decoded.incrementAndGet();
                    return GOOD.read(decoder);
                };
        Disposable form = bounded.classify(List.of(held, next)).subscribe();
        holding.await();
        Disposable waiting = bounded.classify(List.of(next)).subscribe();
        waiting.dispose();
        form.dispose();
        assertThat(classify(GOOD)).hasSize(1);
        assertThat(decoded).hasValue(0);
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
            assertThatThrownBy(() -> classify(bad))
                    .hasCauseInstanceOf(ImageDecodeException.class);
        }
        assertThat(classify(GOOD)).hasSize(1);
    }

    @Test
    void aClosedClassifierIsUnavailableAndDown() {
        ClassifierHealthIndicator health = new ClassifierHealthIndicator(classifier, bounded);
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        classifier.close();
        assertThatThrownBy(() -> classify(GOOD))
                .satisfies(thrown -> assertUnavailable(thrown, "stopping"));
        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
    }
}
