package io.github.rlrr.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.rlrr.examples.app.RlrrCommand;
import io.github.rlrr.examples.option.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A command of a shell block: its words, and where its output goes. Quotes, backslashes, comments
 * and {@code >} are read as a shell reads them.
 *
 * @param words the words, quotes taken off
 * @param redirect the file after {@code >}, or empty
 * @param output the lines that a console block shows below it
 */
record DocShell(List<String> words, String redirect, List<String> output) {

    private static final String MAIN = RlrrCommand.class.getName();

    /** Reads the commands of a shell block, or of a console block, where they follow a dollar. */
    static List<DocShell> commands(DocBlock block) {
        boolean console = block.language().equals("console");
        List<DocShell> commands = new ArrayList<>();
        String begun = "";
        for (String line : block.code().lines().toList()) {
            boolean command = !console || line.startsWith("$ ") || !begun.isEmpty();
            if (!command) {
                assertThat(commands).as("%s: output before the first command", block).isNotEmpty();
                commands.get(commands.size() - 1).output.add(line);
                continue;
            }
            begun += console && begun.isEmpty() ? line.substring(2) : line;
            if (begun.endsWith("\\")) {
                begun = begun.substring(0, begun.length() - 1);
                continue;
            }
            DocShell read = read(begun);
            if (!read.words().isEmpty()) {
                commands.add(read);
            }
            begun = "";
        }
        return commands;
    }

    /** Reads one command. */
    static DocShell read(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (char c : (line + " ").toCharArray()) {
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (c == '#' && !inWord) {
                break;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                }
                word.setLength(0);
                inWord = false;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        assertThat((int) quote).as("a quote that is closed in: %s", line).isZero();
        int arrow = words.indexOf(">");
        return arrow < 0
                ? new DocShell(words, "", new ArrayList<>())
                : new DocShell(
                        List.copyOf(words.subList(0, arrow)),
                        words.get(arrow + 1),
                        new ArrayList<>());
    }

    /** The arguments of {@code rlrr}, or nothing where the command is another program's. */
    List<String> arguments() {
        List<String> rest = new ArrayList<>(words);
        while (!rest.isEmpty() && rest.get(0).matches("[A-Z_]+=.*")) {
            rest.remove(0);
        }
        String program = rest.isEmpty() ? "" : rest.remove(0);
        return switch (program) {
            case "rlrr", "rlrr-examples/scripts/rlrr" -> rest;
            case "rlrr-examples/scripts/finetune-demo" -> {
                rest.add(0, "demo");
                yield rest;
            }
            case "java" ->
                    rest.contains(MAIN)
                            ? rest.subList(rest.indexOf(MAIN) + 1, rest.size())
                            : List.of();
            default -> List.of();
        };
    }

    boolean isOneOfRlrr() {
        return !arguments().isEmpty();
    }

    /** No unknown option and no missing argument; files of the repository that are named exist. */
    void assertParses(DocBlock block, Path root) {
        for (String word : words) {
            if (word.matches("(docs|rlrr-[a-z]+)/[^;*]*") && !word.contains("/target")) {
                assertThat(Files.exists(root.resolve(word))).as("%s: %s", block, word).isTrue();
            }
        }
        List<String> arguments = new ArrayList<>(arguments());
        if (arguments.isEmpty()) {
            return;
        }
        boolean more = arguments.remove("…") || arguments.contains(ConfigFile.OPTION);
        ParseResult parsed = RlrrCommand.commandLine().parseArgs(arguments.toArray(String[]::new));
        for (ParseResult level = parsed; level != null; level = below(level)) {
            List<Exception> faults = new ArrayList<>(level.errors());
            faults.removeIf(fault -> more && fault instanceof MissingParameterException);
            if (!faults.isEmpty()) {
                fail("%s: rlrr %s: %s", block, String.join(" ", arguments), faults);
            }
        }
        assertThat(parsed.hasSubcommand()).as("%s: rlrr has a command", block).isTrue();
    }

    private static ParseResult below(ParseResult level) {
        return level.hasSubcommand() ? level.subcommand() : null;
    }

    /** The lines shown are printed in this order, whatever their numbers; … stands for others. */
    void assertShown(DocBlock block, String printed) {
        List<String> lines = printed.lines().map(DocShell::withoutNumbers).toList();
        int from = 0;
        for (String shown : output) {
            String expected = withoutNumbers(shown);
            if (expected.isEmpty() || expected.equals("…")) {
                continue;
            }
            int at = lines.subList(from, lines.size()).indexOf(expected);
            assertThat(at)
                    .as("%s: the line \"%s\" in the output\n%s", block, shown, printed)
                    .isNotNegative();
            from += at + 1;
        }
    }

    private static String withoutNumbers(String line) {
        return line.replaceAll("[-+]?[0-9][0-9,.]*([eE][-+]?[0-9]+)?", "#")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
