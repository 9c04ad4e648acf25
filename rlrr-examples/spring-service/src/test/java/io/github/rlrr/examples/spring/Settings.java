package io.github.rlrr.examples.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

/** The settings of application.yaml, with some of them changed. */
final class Settings {

    private Settings() {}

    /** Those of a model, and {@code name=value} in place of defaults. */
    static ServiceSettings of(Path model, String... changes) {
        StandardEnvironment environment = new StandardEnvironment();
        try {
            List<PropertySource<?>> defaults =
                    new YamlPropertySourceLoader()
                            .load("defaults", new ClassPathResource("application.yaml"));
            environment.getPropertySources().addLast(defaults.get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Object> changed =
                Arrays.stream(changes)
                        .map(each -> each.split("=", 2))
                        .collect(Collectors.toMap(each -> "rlrr." + each[0], each -> each[1]));
        changed.put("rlrr.model", model.toString());
        environment.getPropertySources().addFirst(new MapPropertySource("changed", changed));
        return Binder.get(environment).bind("rlrr", Bindable.of(ServiceSettings.class)).get();
    }
}
