package io.github.rlrr.examples.spring;

import ai.djl.Device;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.inference.ImageClassifier;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The one classifier of the process: opened before the port is, closed after the last answer. */
@Configuration(proxyBeanMethods = false)
class ClassifierConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(ClassifierConfiguration.class);

    @Bean(destroyMethod = "close")
    ImageClassifier classifier(ServiceSettings settings) throws IOException {
        TorchRuntime.setThreads(settings.threads()); // for the process; before any forward
        ImageClassifier.Builder builder =
                ImageClassifier.builder()
                        .device(Device.fromName(settings.device()))
                        .limits(settings.limits());
        if (settings.base() != null) {
            builder.base(settings.base());
        }
        if (settings.rejectBelow() != null) {
            builder.rejectBelow(settings.rejectBelow());
        }
        ImageClassifier classifier = builder.open(settings.model());
        LOG.info(
                "classifier open: {} classes from {}, {} at a time on {} with {} threads each",
                classifier.classNames().size(),
                settings.model(),
                settings.forwards(),
                settings.device(),
                settings.threads());
        return classifier;
    }

    /** Comes after the classifier's own close: what made a bean outlives it. */
    @PreDestroy
    void closed() {
        LOG.info("classifier closed");
    }
}
