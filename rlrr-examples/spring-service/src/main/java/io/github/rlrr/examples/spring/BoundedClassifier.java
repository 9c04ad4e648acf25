package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.ImagePredictor;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The classifier with as many threads as requests may decode and compute at a time.
 *
 * <p>Each holds a whole image's pixels and the activations of a batch meanwhile: the bound keeps
 * memory in hand, whatever the number of connections. Turns come in the order in which they were
 * asked for; whoever has gone by then has none, and of a form no further image is decoded.
 */
@Component
class BoundedClassifier {

    private static final Logger LOG = LoggerFactory.getLogger(BoundedClassifier.class);

    private final ImagePredictor classifier;
    private final ServiceSettings settings;
    private final Scheduler turns;
    private volatile long answeredAt;
    private volatile boolean answered;

    BoundedClassifier(ImagePredictor classifier, ServiceSettings settings) {
        this.classifier = classifier;
        this.settings = settings;
        turns =
                Schedulers.fromExecutorService(
                        Executors.newFixedThreadPool(
                                settings.forwards(), new CustomizableThreadFactory("classify-")));
    }

    /**
     * Labels images in their order. Fails with an {@link ImageDecodeException} for the first that
     * cannot be read, or is over a limit, and with an {@link ErrorResponseException}, 503, when no
     * turn comes in time, the heap is full, or the service is stopping.
     */
    Mono<List<Answer>> classify(List<ImageSource> images) {
        List<ImageSource> wanted = images.stream().map(BoundedClassifier::whileWanted).toList();
        return Mono.defer(
                () -> {
                    AtomicBoolean begun = new AtomicBoolean();
                    return Mono.fromCallable(() -> begin(begun, wanted))
                            .subscribeOn(turns)
                            .timeout(noTurn(begun), Mono.error(this::busy));
                });
    }

    private @Nullable List<Answer> begin(AtomicBoolean begun, List<ImageSource> images)
            throws ImageDecodeException {
        begun.set(true);
        try {
            List<Answer> answers = classifier.predict(images);
            answeredAt = System.nanoTime();
            answered = true;
            return answers;
        } catch (CancellationException e) {
            return null; // and nobody is told, for nobody is there
        } catch (IllegalStateException e) {
            throw unavailable("the service is stopping", e);
        } catch (OutOfMemoryError e) { // no fault of theirs; the process goes on
            LOG.error("the heap is too small for rlrr.max-pixels and rlrr.forwards", e);
            throw unavailable("out of memory; try later", null);
        }
    }

    /** A thread whose client has gone is interrupted. */
    private static ImageSource whileWanted(ImageSource image) {
        return decoder -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException();
            }
            return image.read(decoder);
        };
    }

    private Mono<Long> noTurn(AtomicBoolean begun) {
        return Mono.delay(settings.maxWait())
                .flatMap(late -> begun.get() ? Mono.never() : Mono.just(late));
    }

    /** Whether an answer was given that lately. */
    boolean hasAnswered(Duration within) {
        return answered && System.nanoTime() - answeredAt < within.toNanos();
    }

    private ErrorResponseException busy() {
        return unavailable(
                "busy: no turn within "
                        + settings.maxWait().toMillis()
                        + " ms (rlrr.max-wait); try later",
                null);
    }

    private static ErrorResponseException unavailable(String why, @Nullable Throwable cause) {
        HttpStatus status = HttpStatus.SERVICE_UNAVAILABLE;
        ErrorResponseException refusal =
                new ErrorResponseException(
                        status, ProblemDetail.forStatusAndDetail(status, why), cause);
        refusal.getHeaders().set(HttpHeaders.RETRY_AFTER, "1");
        return refusal;
    }

    @PreDestroy
    void close() {
        turns.dispose();
    }
}
