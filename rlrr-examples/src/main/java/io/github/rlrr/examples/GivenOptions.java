package io.github.rlrr.examples;

import io.github.rlrr.adapter.AdapterMetadata;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The values of a command's options, given or by default. */
final class GivenOptions {

    /** Options that change nothing of a result. */
    private static final Set<String> ASIDE = Set.of("--yes", "--stacktrace");

    private GivenOptions() {}

    /** All that a run was told: the options, and what they came to. */
    static Map<String, String> of(CommandSpec command, int epochs, AdapterMetadata metadata) {
        Map<String, String> values = of(command);
        values.put("epochs", Integer.toString(epochs));
        values.put("checkpoint", metadata.baseModel());
        metadata.preprocessing().forEach((name, value) -> values.put(name, value.toString()));
        return values;
    }

    /**
     * Lists them in the order of the help; those without a value are left out.
     *
     * @param command after its command line was read
     * @return values by the options' longest names, without dashes
     */
    static Map<String, String> of(CommandSpec command) {
        Map<String, String> values = new LinkedHashMap<>();
        for (OptionSpec option : command.options()) {
            Object value = option.getValue();
            boolean aside =
                    option.usageHelp()
                            || option.versionHelp()
                            || ASIDE.contains(option.longestName());
            if (value != null && !aside) {
                values.put(option.longestName().replaceFirst("^--", ""), value.toString());
            }
        }
        return values;
    }
}
