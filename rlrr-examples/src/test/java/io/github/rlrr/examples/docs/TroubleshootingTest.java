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
 * docs/troubleshooting.md goes by situations: rows of tables that say what somebody did, what they
 * see and what to do. The messages in the second column, where … stands for anything, are made by
 * the sources.
 */
class TroubleshootingTest {

    private static final Path ROOT = Path.of("..");
    private static final String HEADER = "| you were | you see | do |";
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    /** The rows under such headers, by cells. */
    private static List<List<String>> situations(List<String> lines) {
        List<List<String>> situations = new ArrayList<>();
        boolean inTable = false;
        for (String line : lines) {
            boolean header = line.equals(HEADER);
            inTable = header || (inTable && line.startsWith("|"));
            if (inTable && !header && !line.startsWith("|---")) {
                situations.add(Pattern.compile(" \\| ").splitAsStream(line.substring(1)).toList());
            }
        }
        return situations;
    }

    private static List<List<String>> situations() throws IOException {
        return situations(Files.readAllLines(ROOT.resolve("docs/troubleshooting.md")));
    }

    private static List<String> messages(List<List<String>> situations) {
        return situations.stream()
                .flatMap(cells -> QUOTED.matcher(cells.get(1)).results())
                .map(quoted -> quoted.group(1))
                .toList();
    }

    private static Pattern pattern(String message) {
        return Pattern.compile(
                Pattern.compile("…")
                        .splitAsStream(message)
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")),
                Pattern.DOTALL);
    }

    private static boolean nobodyMakes(String message, List<SourceStatement> statements) {
        Pattern pattern = pattern(message);
        return statements.stream().noneMatch(made -> pattern.matcher(made.text()).find());
    }

    @Test
    void everyMessageOfThePageIsInTheSources() throws IOException {
        List<SourceStatement> statements = SourceStatement.all(ROOT);
        List<String> messages = messages(situations());
        assertThat(messages).hasSizeGreaterThan(60).doesNotHaveDuplicates();
        assertThat(messages)
                .as("messages with too few words of their own to be found")
                .allMatch(message -> message.replaceAll("[^A-Za-z]", "").length() >= 6);
        assertThat(messages.stream().filter(message -> nobodyMakes(message, statements)))
                .as("messages that nobody makes")
                .isEmpty();
    }

    @Test
    void thereAreFewSituationsAndEachHasARemedy() throws IOException {
        List<List<String>> situations = situations();
        assertThat(situations).hasSizeBetween(30, 45);
        assertThat(situations)
                .as("what somebody did, sees, and is to do")
                .allSatisfy(cells -> assertThat(cells).hasSize(3))
                .allSatisfy(cells -> assertThat(cells.get(2)).containsPattern("[a-z]{2,}.*[ `]"));
    }

    @Test
    void aMessageThatNobodyMakesIsFound() throws IOException {
        List<String> messages =
                messages(
                        situations(
                                List.of(
                                        HEADER,
                                        "|---|---|---|",
                                        "| starting | `the moon is full, …` | wait a night |")));
        assertThat(messages).containsExactly("the moon is full, …");
        assertThat(nobodyMakes(messages.get(0), SourceStatement.all(ROOT))).isTrue();
    }
}
