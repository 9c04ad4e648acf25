package io.github.rlrr.examples.option;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command's options from a file, and as they turned out to be. */
public final class ConfigOption {

    /** Read by the application, before the arguments are parsed. */
    @Option(
            names = ConfigFile.OPTION,
            paramLabel = "FILE",
            description =
                    "Options from a YAML or JSON file, by their names without dashes; those of the"
                            + " command line go before. Each run writes its own as config.yaml.")
    @SuppressWarnings("UnusedVariable")
    private @Nullable Path config;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /**
     * Every option that has a value, by its name.
     *
     * @param decided what the command found itself, in place of options not given
     */
    public Map<String, Object> effective(Map<String, Object> decided) {
        return ConfigFile.effective(command, decided);
    }
}
