package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.inference.Classification;
import io.github.rlrr.vit.inference.ImageClassifier;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;

/**
 * The classifier with a bound on how many requests decode and compute at a time.
 *
 * <p>It would serve every thread at once, but each holds a whole image's pixels and the activations
 * of a batch meanwhile: the bound keeps memory in hand, whatever the number of the server's
 * threads. Turns come in the order in which they were asked for.
 */
@Component
class BoundedClassifier {

    private final ImageClassifier classifier;
    private final ServiceSettings settings;
    private final Semaphore turns;

    BoundedClassifier(ImageClassifier classifier, ServiceSettings settings) {
        this.classifier = classifier;
        this.settings = settings;
        turns = new Semaphore(settings.forwards(), true);
    }

    /**
     * Labels images in their order.
     *
     * @throws ImageDecodeException for the first that cannot be read, or is over a limit
     * @throws ErrorResponseException 503 when no turn comes in time, or the service is stopping
     */
    List<Classification> classify(List<ImageSource> images) throws ImageDecodeException {
        takeTurn();
        try {
            return classifier.classify(images);
        } catch (IllegalStateException e) {
            throw unavailable("the service is stopping", e);
        } finally {
            turns.release();
        }
    }

    private void takeTurn() {
        try {
            if (!turns.tryAcquire(settings.maxWait().toMillis(), TimeUnit.MILLISECONDS)) {
                throw unavailable(
                        "busy: no turn within " + settings.maxWait().toMillis() + " ms; try later",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the service is stopping", e);
        }
    }

    private static ErrorResponseException unavailable(String why, @Nullable Throwable cause) {
        HttpStatus status = HttpStatus.SERVICE_UNAVAILABLE;
        ErrorResponseException refusal =
                new ErrorResponseException(
                        status, ProblemDetail.forStatusAndDetail(status, why), cause);
        refusal.getHeaders().set(HttpHeaders.RETRY_AFTER, "1");
        return refusal;
    }
}
