package io.github.rlrr.examples.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** A fine-tuned Vision Transformer behind HTTP. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ServiceApplication {

    /** Made by Spring. */
    public ServiceApplication() {}

    /**
     * Starts the service.
     *
     * @param args settings, such as {@code --rlrr.model=my-vit}
     */
    public static void main(String[] args) {
        SpringApplication.run(ServiceApplication.class, args);
    }
}
