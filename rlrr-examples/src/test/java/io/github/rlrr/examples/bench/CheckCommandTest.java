package io.github.rlrr.examples.bench;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    private static final String CASE = "infer vit-cifar10, batch 32, adapted";

    @TempDir private Path folder;

    private CommandLine.Result check(String figures) throws IOException {
        Path file = Files.writeString(folder.resolve("figures.json"), figures);
        return rlrr("bench", "check", "--figures", file, "--case", CASE);
    }

    @Test
    void moreThanATenthIsSlower() {
        Map<String, Double> kept = Map.of("a", 1.0, "b", 1.0, "c", 1.0);
        assertThat(CheckCommand.slower(Map.of("a", 1.09, "b", 0.5, "new", 9.0), kept)).isEmpty();
        assertThat(CheckCommand.slower(Map.of("a", 1.3, "b", 0.5), kept))
                .containsExactly("slower: a takes 30 % more processor time");
    }

    @Test
    void aMachineThatBecameSlowerEndsWithOneAndAnUnknownOneSaysHowToAddIt() throws IOException {
        CommandLine.Result unknown = check("{}");
        assertThat(unknown.exitCode()).as(unknown.err()).isZero();
        assertThat(unknown.out())
                .contains(Machine.kind())
                .contains("no figures are kept for this class")
                .contains("figures.json:");
        // What it prints is what it reads.
        String entry = unknown.out().substring(unknown.out().indexOf('{'));
        assertThat(JsonParser.parseString(entry).getAsJsonObject().keySet())
                .containsExactly(Machine.kind());

        CommandLine.Result slower = check(entry.replaceAll("\": [0-9.E-]+", "\": 0.000001"));
        assertThat(slower.exitCode()).isOne();
        assertThat(slower.out()).containsPattern("slower: " + CASE + " takes \\d+ % more");

        CommandLine.Result faster = check(entry.replaceAll("\": [0-9.E-]+", "\": 1000"));
        assertThat(faster.exitCode()).as(faster.out()).isZero();
    }

    @Test
    void theFiguresKeptAreOfCasesThatThereAre() {
        CommandLine.Result result = rlrr("bench", "check", "--case", "none");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("--case is [none], expected some of [").contains(CASE);
    }
}
