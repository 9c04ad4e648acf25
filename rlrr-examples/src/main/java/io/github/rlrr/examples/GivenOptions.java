package io.github.rlrr.examples;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The values of a command's options, given or by default. */
final class GivenOptions {

    private GivenOptions() {}

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
            if (value != null && !option.usageHelp() && !option.versionHelp()) {
                values.put(option.longestName().replaceFirst("^--", ""), value.toString());
            }
        }
        return values;
    }
}
