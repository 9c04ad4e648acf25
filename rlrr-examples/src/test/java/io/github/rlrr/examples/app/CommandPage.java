package io.github.rlrr.examples.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Writes the lists of options of docs/command-line.md from the commands themselves; the rest of the
 * page is written by hand.
 *
 * <p>A list stands between {@code <!-- options: finetune -->} and {@code <!-- end -->}. After the
 * colon are commands, separated by commas: an item that not all of them have says whose it is. A
 * word after a command names a group that commands share, by its field, such as {@code finetune
 * base}: its options are in no command's own list. {@code bench *} stands for all commands of
 * bench.
 */
public final class CommandPage {

    static final Path PAGE = Path.of("docs", "command-line.md");

    /** What renews the page, from the root of the checkout. */
    static final String RENEW =
            "mvn -q -pl rlrr-examples -am test -Dtest=CommandPageTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Drlrr.renew=true";

    private static final String BETWEEN = ": ";

    private static final Pattern LIST =
            Pattern.compile("<!-- options: ([^>]+) -->\n.*?<!-- end -->", Pattern.DOTALL);

    /** Every command has these; the page says so once. */
    private static final Set<String> EVERYWHERE = Set.of("--help", "--version", "--stacktrace");

    private final CommandSpec root = RlrrCommand.commandLine().getCommandSpec();
    private final Set<String> shared = new TreeSet<>();
    private final Set<CommandSpec> told = new HashSet<>();

    private CommandPage() {}

    /** The page with its lists as the commands are now. */
    static String renewed(String page) {
        CommandPage commands = new CommandPage();
        LIST.matcher(page).results().forEach(list -> commands.share(list.group(1)));
        String renewed =
                LIST.matcher(page)
                        .replaceAll(
                                list ->
                                        Matcher.quoteReplacement(
                                                "<!-- options: "
                                                        + list.group(1)
                                                        + " -->\n"
                                                        + commands.list(list.group(1))
                                                        + "<!-- end -->"));
        commands.requireAll(commands.root);
        return renewed;
    }

    private void share(String paths) {
        for (CommandSpec spec : specs(paths).values()) {
            if (spec.parent() == null) {
                rows(spec).keySet().forEach(shared::add);
            }
        }
    }

    /** Commands and groups by what an item calls them. */
    private Map<String, CommandSpec> specs(String paths) {
        Map<String, CommandSpec> specs = new LinkedHashMap<>();
        for (String path : paths.split(", *", -1)) {
            CommandSpec spec = root;
            String last = "";
            for (String word : path.split(" ", -1)) {
                last = word;
                if (word.equals("*")) {
                    spec.subcommands()
                            .forEach((name, line) -> specs.put(name, line.getCommandSpec()));
                } else {
                    CommandLine command = spec.subcommands().get(word);
                    spec = command == null ? spec.mixins().get(word) : command.getCommandSpec();
                    if (spec == null) {
                        throw new IllegalArgumentException(
                                PAGE + ": \"" + path + "\" is no command and no group");
                    }
                }
            }
            if (!last.equals("*")) {
                specs.put(last, spec);
            }
        }
        return specs;
    }

    private String list(String paths) {
        Map<String, CommandSpec> specs = specs(paths);
        Map<String, List<String>> rows = new LinkedHashMap<>();
        specs.forEach(
                (name, spec) -> {
                    told.add(spec);
                    for (String row : rows(spec).keySet()) {
                        if (spec.parent() == null || !shared.contains(row)) {
                            rows.computeIfAbsent(row, any -> new ArrayList<>()).add(name);
                        }
                    }
                });
        boolean groups = specs.values().stream().allMatch(spec -> spec.parent() == null);
        StringBuilder list = new StringBuilder("\n");
        rows.forEach(
                (row, whose) -> {
                    boolean all = whose.size() == specs.size() || groups;
                    String of = BETWEEN + (all ? "" : "(" + String.join(", ", whose) + ") ");
                    list.append(row.replaceFirst(BETWEEN, Matcher.quoteReplacement(of)))
                            .append('\n');
                });
        return list.append('\n').toString();
    }

    /** Each argument as an item of a list. */
    private static Map<String, ArgSpec> rows(CommandSpec spec) {
        Map<String, ArgSpec> rows = new LinkedHashMap<>();
        for (ArgSpec argument : spec.args()) {
            List<String> names = new ArrayList<>();
            if (argument instanceof OptionSpec option) {
                if (EVERYWHERE.contains(option.longestName()) || option.hidden()) {
                    continue;
                }
                names.addAll(List.of(option.names()));
            }
            boolean takesValue = argument.arity().max() > 0;
            String label = takesValue ? argument.paramLabel() : "";
            String words = String.join(" ", argument.description()).strip();
            boolean alone = argument.group() == null;
            if (argument.required() && alone && !words.contains("Required")) {
                words = "Required. " + words;
            }
            rows.put("- " + quoted(names, label) + BETWEEN + plain(words), argument);
        }
        return rows;
    }

    /** The names, the last of them with what it takes. */
    private static String quoted(List<String> names, String label) {
        return "`" + (String.join("`, `", names) + " " + label).strip() + "`";
    }

    /** Signs that Markdown would take for its own. */
    private static String plain(String words) {
        return words.replaceAll("([*<>])", "\\\\$1");
    }

    /** Nothing that a command takes is left out. */
    private void requireAll(CommandSpec spec) {
        for (CommandLine line : spec.subcommands().values()) {
            CommandSpec command = line.getCommandSpec();
            boolean says = rows(command).keySet().stream().allMatch(shared::contains);
            if (!says && !told.contains(command) && command.subcommands().isEmpty()) {
                throw new IllegalArgumentException(
                        PAGE
                                + " has no list for "
                                + command.qualifiedName()
                                + "; put <!-- options: "
                                + command.name()
                                + " --> and <!-- end --> there");
            }
            requireAll(command);
        }
    }

    static String read(Path root) throws IOException {
        return Files.readString(root.resolve(PAGE));
    }
}
