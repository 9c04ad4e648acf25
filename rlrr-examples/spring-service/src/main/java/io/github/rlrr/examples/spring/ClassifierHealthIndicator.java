package io.github.rlrr.examples.spring;

import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.stereotype.Component;

/**
 * Up while clients get answers; where none has had one lately, while a black image gets one: a whole
 * forward, ahead of those who wait for a turn.
 */
@Component
class ClassifierHealthIndicator extends AbstractHealthIndicator {

    private static final Duration LATELY = Duration.ofSeconds(5);

    private final ImagePredictor classifier;
    private final BoundedClassifier clients;
    private final RgbImage black;

    ClassifierHealthIndicator(ImagePredictor classifier, BoundedClassifier clients) {
        this.classifier = classifier;
        this.clients = clients;
        Preprocessing size = classifier.preprocessing();
        black =
                new RgbImage(
                        size.width(), size.height(), new byte[3 * size.width() * size.height()]);
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        if (!clients.hasAnswered(LATELY)) {
            classifier.predictSized(List.of(black));
        }
        builder.up().withDetail("classes", classifier.names().size());
    }
}
