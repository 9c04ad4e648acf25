package io.github.rlrr.examples.spring;

import ai.djl.Device;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.inference.ImagePredictor;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The one classifier of the process: opened before the port is, closed after the last answer. */
@Configuration(proxyBeanMethods = false)
class ClassifierConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(ClassifierConfiguration.class);

    @Bean(destroyMethod = "close")
    ImagePredictor classifier(ServiceSettings settings) {
        TorchRuntime.setThreads(settings.threads()); // for the process; before any forward
        ImagePredictor.Builder builder =
                ImagePredictor.builder().device(device(settings)).limits(limits(settings));
        if (settings.base() != null) {
            builder.base(settings.base());
        }
        if (settings.rejectBelow() != null) {
            builder.rejectBelow(settings.rejectBelow());
        }
        ImagePredictor classifier = open(builder, settings);
        LOG.info(
                "model open: {} for {} names from {}, {} at a time on {} with {} threads each",
                classifier.task().name(),
                classifier.names().size(),
                settings.model(),
                settings.forwards(),
                settings.device(),
                settings.threads());
        return classifier;
    }

    private static Device device(ServiceSettings settings) {
        if (!settings.device().matches("cpu|gpu\\d{1,3}")) {
            throw new SettingException("rlrr.device", settings.device(), "expected cpu or gpu0");
        }
        Device device = Device.fromName(settings.device());
        int gpus = device.isGpu() ? TorchRuntime.require().getGpuCount() : 0;
        if (device.isGpu() && device.getDeviceId() >= gpus) {
            throw new SettingException(
                    "rlrr.device", settings.device(), "libtorch finds " + gpus + " GPUs here");
        }
        return device;
    }

    private static ImageLimits limits(ServiceSettings settings) {
        try {
            return settings.limits();
        } catch (IllegalArgumentException e) { // "maxPixels: 0, expected …"
            String[] said = String.valueOf(e.getMessage()).split(": ", 2);
            throw new SettingException(
                    "rlrr." + DataObjectPropertyName.toDashedForm(said[0]), said[1]);
        }
    }

    private static ImagePredictor open(ImagePredictor.Builder builder, ServiceSettings settings) {
        Path base = settings.base();
        if (base != null && !Files.exists(base)) {
            throw new SettingException("rlrr.base", base, "there is no such file");
        }
        try {
            return builder.open(settings.model());
        } catch (IOException | RuntimeException e) {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new SettingException(
                    base == null
                            ? "rlrr.model"
                            : "rlrr.model, or rlrr.base=" + base + " under it,",
                    settings.model(), why, e);
        }
    }

    /** Comes after the classifier's own close: what made a bean outlives it. */
    @PreDestroy
    void closed() {
        LOG.info("classifier closed");
    }
}
