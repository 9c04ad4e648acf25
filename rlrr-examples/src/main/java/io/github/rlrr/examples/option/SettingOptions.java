package io.github.rlrr.examples.option;

import io.github.rlrr.training.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Settings as the options of a command: names, defaults, units and words are theirs. */
public final class SettingOptions {

    private final Map<String, OptionSpec> options = new LinkedHashMap<>();
    private final CommandSpec spec = CommandSpec.create();

    SettingOptions(List<Setting<?>> settings) {
        for (Setting<?> setting : settings) {
            OptionSpec option = option(setting);
            options.put(setting.name(), option);
            spec.addOption(option);
        }
    }

    /** To be mixed into a command. */
    CommandSpec spec() {
        return spec;
    }

    private static OptionSpec option(Setting<?> setting) {
        OptionSpec.Builder option =
                OptionSpec.builder("--" + setting.option()).type(primitive(setting.type()));
        if (setting.type() == Boolean.class) {
            return option.defaultValue("false").description(setting.words()).build();
        }
        if (!setting.isFound()) {
            option.defaultValue(Setting.text(setting.usual()));
        }
        return option.paramLabel(setting.unit())
                .description(setting.words() + " Default: " + setting.usualText() + ".")
                .build();
    }

    /** A flag is known by its type. */
    private static Class<?> primitive(Class<?> type) {
        return type == Boolean.class ? boolean.class : type;
    }

    /** What the command line or a file of options says; null where neither does. */
    <T> @Nullable T value(Setting<T> setting) {
        OptionSpec option = options.get(setting.name());
        Object value = option == null ? null : option.getValue();
        return value == null ? null : setting.type().cast(value);
    }

    /** As {@link #value}, the default where nothing is said. */
    <T> T valueOrUsual(Setting<T> setting) {
        T value = value(setting);
        return value == null ? setting.usual() : value;
    }
}
