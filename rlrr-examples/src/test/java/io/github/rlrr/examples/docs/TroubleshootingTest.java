package io.github.rlrr.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * docs/troubleshooting.md and the sources say the same: the messages in the first column of tables
 * headed "message". There … stands for anything.
 */
class TroubleshootingTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern WORD = Pattern.compile("[a-z]{2,}");

    /** Where a message is made that somebody gets to read. */
    private static final Pattern FAULT =
            Pattern.compile("new\\s+\\w*Exception\\(|\\bfaults\\s*\\.add\\(");

    private static List<String> messages() throws IOException {
        List<String> messages = new ArrayList<>();
        boolean inTable = false;
        for (String line : Files.readAllLines(ROOT.resolve("docs/troubleshooting.md"))) {
            inTable = line.startsWith("| message |") || (inTable && line.startsWith("|"));
            if (inTable) {
                int end = line.indexOf(" | ");
                QUOTED.matcher(end < 0 ? "" : line.substring(0, end))
                        .results()
                        .forEach(quoted -> messages.add(quoted.group(1)));
            }
        }
        return messages;
    }

    private static Pattern pattern(String message) {
        return Pattern.compile(
                Pattern.compile("…")
                        .splitAsStream(message)
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")),
                Pattern.DOTALL);
    }

    @Test
    void everyMessageOfThePageIsInTheSources() throws IOException {
        List<SourceStatement> statements = SourceStatement.all(ROOT);
        List<String> messages = messages();
        assertThat(messages).hasSizeGreaterThan(200);
        assertThat(messages)
                .as("messages with too few words of their own to be found")
                .allMatch(message -> message.replaceAll("[^A-Za-z]", "").length() >= 6);
        assertThat(messages.stream().filter(message -> nobodyMakes(message, statements)))
                .as("messages that nobody makes")
                .isEmpty();
    }

    private static boolean nobodyMakes(String message, List<SourceStatement> statements) {
        Pattern pattern = pattern(message);
        return statements.stream().noneMatch(made -> pattern.matcher(made.text()).find());
    }

    @Test
    void everyMessageOfTheSourcesIsOnThePage() throws IOException {
        List<Pattern> patterns = messages().stream().map(TroubleshootingTest::pattern).toList();
        List<SourceStatement> faults =
                SourceStatement.all(ROOT).stream()
                        .filter(made -> FAULT.matcher(made.code()).find())
                        .filter(made -> WORD.matcher(made.text()).results().count() >= 2)
                        .toList();
        assertThat(faults).hasSizeGreaterThan(300);
        assertThat(faults.stream().filter(made -> nobodyKnows(made, patterns)))
                .as("messages that are not in the first column of a table of the page")
                .isEmpty();
    }

    private static boolean nobodyKnows(SourceStatement made, List<Pattern> patterns) {
        return patterns.stream().noneMatch(known -> known.matcher(made.text()).find());
    }
}
