package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.demo.Bundled;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code finetune --search}, on the bundled model and 200 images. */
class SearchTest {

    private static final String SPACE = "lr=0.01,0.001,0.03,rank=1,2";

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path folder;

    private List<Object> arguments(Path out, Object... more) {
        List<Object> arguments =
                new ArrayList<>(
                        List.of(
                                "finetune",
                                "--data",
                                demo.images().resolve("val"),
                                "--checkpoint",
                                Bundled.VIT,
                                "--out",
                                out,
                                "--epochs",
                                6,
                                "--seed",
                                3,
                                "--augment=flip",
                                "--dropout=0.1"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private CommandLine.Result finetune(Path out, Object... more) {
        CommandLine.Result result = rlrr(arguments(out, more).toArray());
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private static JsonObject figures(Path out) throws IOException {
        return JsonParser.parseString(Files.readString(out.resolve("search.json")))
                .getAsJsonObject();
    }

    private static void assertSameAdapter(Path out, Path expected) {
        for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
            assertThat(out.resolve("adapter").resolve(file))
                    .hasSameBinaryContentAs(expected.resolve("adapter").resolve(file));
        }
    }

    /**
     * The adapter's files and the options are those of the run with the chosen settings, to the
     * byte. Of the others the metrics differ in seconds and the page tells of the search.
     */
    @Test
    void theRunIsThatWithTheSettingsItChose() throws IOException {
        Path searched = folder.resolve("searched");
        CommandLine.Result result = finetune(searched, "--search", SPACE, "--search-budget=60%");
        JsonObject json = figures(searched);
        JsonObject chosen = json.getAsJsonObject("chosen");
        Path plain = folder.resolve("plain");
        finetune(
                plain,
                "--lr",
                chosen.get("lr").getAsDouble(),
                "--rank",
                chosen.get("rank").getAsInt());

        assertSameAdapter(searched, plain);
        assertThat(Files.readString(searched.resolve("config.yaml")))
                .isEqualTo(
                        Files.readString(plain.resolve("config.yaml"))
                                .replace(plain.toString(), searched.toString()));
        assertThat(searched.resolve("metrics.jsonl")).exists();
        assertThat(epochs(searched)).isEqualTo(epochs(plain)).hasSize(6);

        assertThat(json.get("steps").getAsLong()).isEqualTo(6 * 10 + 2 * (30 - 10));
        assertThat(json.get("grid_steps").getAsLong()).isEqualTo(6 * 30);
        assertThat(result.out())
                .contains("search: of 6 combinations 6 to step 10, 2 to step 30, 100 of")
                .contains("chosen");
        assertThat(searched.resolve("report.html")).content().contains("<h2>Search</h2>");
        assertThat(searched.resolve("search")).doesNotExist();
        assertThat(searched.resolve("state")).doesNotExist();
        assertBestWon(json);
    }

    private static List<String> epochs(Path out) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            if (json.has("epoch")) {
                json.remove("seconds");
                json.remove("waited");
                lines.add(json.toString());
            }
        }
        return lines;
    }

    /** On the last rung nothing was better than what was chosen. */
    private static void assertBestWon(JsonObject json) {
        JsonArray rungs = json.getAsJsonArray("rungs");
        int last = rungs.size();
        double best = 0;
        double won = -1;
        int there = 0;
        for (JsonElement arm : json.getAsJsonArray("arms")) {
            JsonArray trials = arm.getAsJsonObject().getAsJsonArray("trials");
            if (trials.size() == last) {
                there++;
                JsonObject figures =
                        trials.get(last - 1).getAsJsonObject().getAsJsonObject("figures");
                double accuracy = figures.get("accuracy").getAsDouble();
                best = Math.max(best, accuracy);
                if (arm.getAsJsonObject().get("settings").equals(json.get("chosen"))) {
                    won = accuracy;
                }
            }
        }
        assertThat(there).isEqualTo(rungs.get(last - 1).getAsJsonObject().get("arms").getAsInt());
        assertThat(won).isEqualTo(best);
    }

    @Test
    void aProbeSearchesItsRateOnFeaturesComputedOnce() throws IOException {
        Path searched = folder.resolve("probe");
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--data",
                        demo.images().resolve("val"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--method",
                        "linear-probe",
                        "--epochs",
                        8,
                        "--search",
                        "--out",
                        searched);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).containsOnlyOnce("the frozen part of the network has run once");
        JsonObject chosen = figures(searched).getAsJsonObject("chosen");
        assertThat(chosen.keySet()).containsExactlyInAnyOrder("lr", "weight-decay");
        Path plain = folder.resolve("plain");
        assertThat(
                        rlrr(
                                        "finetune",
                                        "--config",
                                        searched.resolve("config.yaml"),
                                        "--out",
                                        plain)
                                .exitCode())
                .isZero();
        assertSameAdapter(plain, searched);
    }

    @Test
    void whatCannotBeSearchedIsRefusedBeforeAnyWork() {
        Object[][] faults = {
            {"--search", "momentum=0,1", "\"momentum\" cannot be searched, expected lr"},
            {"--search", "lr=0.1,0.1", "lr has the values [0.1, 0.1], expected each once"},
            {"--search", "lr=0.1", "expected at least two to choose from"},
            {"--search", "lr=x", "--search is \"lr=x\""},
            {"--search", "rank=0,1", "rank is 0"},
            {"--search", "lr=0,1", "learning rate is 0.0, expected more than 0"},
            {"--search=usual", "--search-budget=soon", "--search-budget is \"soon\""},
        };
        for (Object[] fault : faults) {
            CommandLine.Result result =
                    rlrr(arguments(folder.resolve("none"), fault[0], fault[1]).toArray());
            assertThat(result.exitCode()).isNotZero();
            assertThat(result.err()).contains(fault[2].toString());
        }
    }

    @Test
    void aBudgetThatIsTooShortIsSaidBeforeTheSearch() {
        CommandLine.Result result =
                rlrr(
                        arguments(
                                        folder.resolve("short"),
                                        "--search",
                                        SPACE,
                                        "--search-budget",
                                        "0.01s")
                                .toArray());
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("there is no time to search: one training takes about");
    }

    @Test
    @Tag("slow")
    void aKilledSearchGoesOnAndDoesNoTrialTwice() throws Exception {
        Path killed = folder.resolve("killed");
        String[] search = {"--search", SPACE, "--search-budget=60%", "--state-every=0"};
        Object[] same = arguments(killed, (Object[]) search).toArray();
        List<String> first = new ArrayList<>();
        Process run = JavaProcess.rlrr(same).start();
        try (BufferedReader out = run.inputReader()) {
            String line = out.readLine();
            while (line != null && first.size() < 3) {
                if (line.startsWith("search, step")) {
                    first.add(trial(line));
                }
                line = out.readLine();
            }
            run.destroyForcibly().waitFor();
        }
        assertThat(first).hasSize(3);
        assertThat(rlrr(arguments(killed, "--search").toArray()).err())
                .contains("search was " + SPACE + ", now usual")
                .contains("--restart");

        CommandLine.Result again = rlrr(same);

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out().lines().filter(l -> l.startsWith("search, step")).map(this::trial))
                .doesNotContainAnyElementsOf(first)
                .last()
                .asString()
                .startsWith("search, step 30, 2/2 ");
        Path plain = folder.resolve("plain");
        assertThat(
                        rlrr("finetune", "--config", killed.resolve("config.yaml"), "--out", plain)
                                .exitCode())
                .isZero();
        assertSameAdapter(killed, plain);
    }

    private String trial(String line) {
        return line.replaceFirst("   \\S+ s$", "");
    }
}
