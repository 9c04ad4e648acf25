package io.github.rlrr.examples.option;

import io.github.rlrr.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options of a command as a YAML or JSON file: one mapping, whose keys are the options' names
 * without dashes. What a file says takes the place of an option's default, so that the command line
 * has the last word.
 */
public final class ConfigFile implements IDefaultValueProvider {

    /** The option that names the file, of every command that takes one. */
    public static final String OPTION = "--config";

    private static final long MAX_BYTES = 1L << 20;

    /** What is about one call of a command and not about what it does. */
    private static final Set<String> NEVER =
            Set.of("config", "help", "version", "stacktrace", "yes", "restart");

    private final Map<String, String> values;

    private ConfigFile(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads a file for a command.
     *
     * @param root a command line that is parsed on trial, to find what no option can have
     * @param name the command
     * @throws IOException when it cannot be read
     * @throws IllegalArgumentException naming every key that is no option, and every value that its
     *     option cannot have
     */
    public static ConfigFile read(Path file, CommandLine root, String name) throws IOException {
        CommandSpec command =
                Objects.requireNonNull(root.getSubcommands().get(name)).getCommandSpec();
        Map<String, String> values = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        Set<String> known = names(command).keySet();
        for (Map.Entry<?, ?> entry : mapping(file).entrySet()) {
            String key = String.valueOf(entry.getKey());
            String value = text(entry.getValue());
            if (!known.contains(key)) {
                faults.add("the key \"" + key + "\" is unknown" + suggestion(key, known));
            } else if (value == null) {
                faults.add(
                        "\""
                                + key
                                + "\" is "
                                + entry.getValue()
                                + ", expected one value or a list of values");
            } else if (entry.getValue() != null) {
                values.put(key, value);
            }
        }
        faults.addAll(unfit(values, root, command));
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(file + ": " + String.join("; ", faults));
        }
        return new ConfigFile(values);
    }

    /** What the command line would say of these values. */
    private static List<String> unfit(
            Map<String, String> values, CommandLine root, CommandSpec command) {
        List<String> arguments = new ArrayList<>(List.of(command.name()));
        List<String> faults = new ArrayList<>();
        Map<String, OptionSpec> options = names(command);
        values.forEach(
                (key, value) -> {
                    OptionSpec option = options.get(key);
                    if (option != null && option.type() != boolean.class) {
                        arguments.add("--" + key + "=" + value);
                    } else if (!value.equals("true") && !value.equals("false")) {
                        faults.add("\"" + key + "\" is " + value + ", expected true or false");
                    }
                });
        ParseResult parsed = root.parseArgs(arguments.toArray(new String[0]));
        parsed.subcommand().errors().stream()
                .filter(fault -> !(fault instanceof MissingParameterException))
                .forEach(fault -> faults.add(fault.getMessage()));
        return faults;
    }

    private static Map<?, ?> mapping(Path file) throws IOException {
        Object root;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(
                        file
                                + " has "
                                + Files.size(file)
                                + " bytes, expected at most "
                                + MAX_BYTES);
            }
            LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
            root = new Load(settings).loadFromString(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new IOException(OPTION + ": there is no file " + file, e);
        } catch (YamlEngineException | StackOverflowError e) {
            throw new IOException(file + " is neither YAML nor JSON: " + e.getMessage(), e);
        }
        if (root == null) {
            return Map.of();
        }
        if (root instanceof Map<?, ?> map) {
            return map;
        }
        throw new IOException(
                file + " holds no mapping, expected lines such as \"lr: 0.003\" or a JSON object");
    }

    /** As the command line has it; null for what it cannot have. */
    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof Collection<?> list) {
            List<String> texts = new ArrayList<>();
            for (Object element : list) {
                if (element == null || element instanceof Collection || element instanceof Map) {
                    return null;
                }
                texts.add(element.toString());
            }
            return String.join(",", texts);
        }
        return value instanceof Map ? null : String.valueOf(value);
    }

    private static String suggestion(String key, Set<String> known) {
        String near = key.replace('_', '-');
        if (known.contains(near)) {
            return "; did you mean \"" + near + "\"?";
        }
        List<String> similar =
                known.stream().filter(name -> name.contains(near) || near.contains(name)).toList();
        return similar.isEmpty() ? "" : "; did you mean one of " + similar + "?";
    }

    /** The options of a command by their long names. */
    private static Map<String, OptionSpec> names(CommandSpec command) {
        Map<String, OptionSpec> names = new TreeMap<>();
        for (OptionSpec option : command.options()) {
            String name = option.longestName().replaceFirst("^--", "");
            if (!NEVER.contains(name)) {
                names.put(name, option);
            }
        }
        return names;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? values.get(option.longestName().replaceFirst("^--", ""))
                : null;
    }

    /**
     * The effective configuration of a command that has been parsed: every option that has a value,
     * by its name.
     *
     * @param decided values that the command found itself, in place of options not given
     */
    public static Map<String, Object> effective(CommandSpec command, Map<String, Object> decided) {
        Map<String, Object> values = new TreeMap<>();
        names(command)
                .forEach(
                        (name, option) -> {
                            Object value = decided.getOrDefault(name, option.getValue());
                            if (value != null) {
                                values.put(name, plain(value));
                            }
                        });
        return values;
    }

    /** Numbers, truth values and lists of them; all else as the text that an option takes. */
    private static Object plain(Object value) {
        if (value instanceof Collection<?> list) {
            return list.stream().map(ConfigFile::plain).toList();
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value;
        }
        String text = value.toString();
        return value instanceof Enum ? text.toLowerCase(Locale.ROOT) : text;
    }

    /**
     * Writes a configuration so that {@link #read} reads it.
     *
     * @param file YAML
     */
    public static void write(Path file, Map<String, Object> values) throws IOException {
        DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        AtomicFile.write(file, AtomicFile.text(new Dump(settings).dumpToString(values)));
    }
}
