package io.github.rlrr.examples.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.rlrr.examples.recipe.TrialResult.Cost;
import io.github.rlrr.examples.recipe.TrialResult.Figure;
import io.github.rlrr.examples.recipe.Variant.Protocol;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in its four forms, of three tasks in two groups. */
class ResultTableTest {

    private static final HyperParameters SETTINGS = new HyperParameters(110, 0.01, 0, 0.1, 32);

    private static BenchmarkTask task(String name, String group, double b16, double augReg) {
        Map<String, Double> published = new LinkedHashMap<>();
        published.put("ViT-B/16", b16);
        published.put("ViT-B/16 AugReg", augReg);
        published.put("Swin-B", 1.0);
        return new BenchmarkTask(
                name, group, 2, 800, 200, 10, SETTINGS, Regime.VTAB, false, false, published);
    }

    private static final Recipe RECIPE =
            new Recipe(
                    "vtab",
                    "",
                    List.of(
                            task("svhn", "natural", 90, 92),
                            task("sun_397", "natural", 50, 54),
                            task("kitti", "structured", 80, 83)));

    private static TrialResult result(
            String task, Protocol protocol, String search, long seed, double... accuracy) {
        List<Figure> figures =
                protocol == Protocol.PUBLISHED
                        ? List.of(Figure.LAST_EPOCH, Figure.BEST_ON_TEST)
                        : List.of(Figure.VALIDATED);
        Map<Figure, Double> values = new EnumMap<>(Figure.class);
        for (int i = 0; i < accuracy.length; i++) {
            values.put(figures.get(i), accuracy[i]);
        }
        return new TrialResult(
                task,
                protocol,
                search,
                seed,
                accuracy.length == 0 ? "no space left" : null,
                values,
                0,
                SETTINGS,
                new Cost(1850.4, 3600, 2 << 20),
                Map.of());
    }

    private static List<TrialResult> results() {
        List<TrialResult> results = new ArrayList<>();
        results.add(result("svhn", Protocol.PUBLISHED, "", 0, 0.88, 0.90));
        results.add(result("sun_397", Protocol.PUBLISHED, "", 0, 0.50, 0.52));
        results.add(result("kitti", Protocol.PUBLISHED, "", 0, 0.79, 0.80));
        results.add(result("svhn", Protocol.VALIDATED, "", 0, 0.86));
        results.add(result("svhn", Protocol.VALIDATED, "", 1, 0.90));
        results.add(result("sun_397", Protocol.VALIDATED, "", 0, 0.50));
        results.add(result("sun_397", Protocol.VALIDATED, "", 1, 0.50));
        results.add(result("kitti", Protocol.VALIDATED, "", 0));
        results.add(result("kitti", Protocol.VALIDATED, "", 1, 0.8));
        results.add(result("kitti", Protocol.VALIDATED, "lr=0.1,0.2", 0));
        return results;
    }

    private static final ResultTable TABLE = ResultTable.of("vtab: rlrr on x", RECIPE, results());

    @Test
    void asText() {
        assertThat(TableText.plain(TABLE))
                .isEqualTo(
"""
vtab: rlrr on x
test accuracy, %    last epoch  best on test         validated  validated (lr=0.1,0.2)  published ViT-B/16  published ViT-B/16 AugReg     time  peak memory
svhn                     88.00         90.00      88.00 ± 2.83                       -               90.00                      92.00  1:32:31      2.0 GiB
sun_397                  50.00         52.00      50.00 ± 0.00                       -               50.00                      54.00  1:32:31      2.0 GiB
mean of natural          69.00         71.00      69.00 ± 1.41                       -               70.00                      73.00

kitti                    79.00         80.00  80.00 (1 failed)                  failed               80.00                      83.00  1:01:41      2.0 GiB
mean of structured       79.00         80.00             80.00                       -               80.00                      83.00

mean of 3 tasks          72.33         74.00             72.67                       -               73.33                      76.33
mean of 2 groups         74.00         75.50             74.50                       -               75.00                      78.00
""");
    }

    @Test
    void asMarkdown() {
        assertThat(TableText.markdown(TABLE))
                .isEqualTo(
"""
## vtab: rlrr on x

| test accuracy, % | last epoch | best on test | validated | validated (lr=0.1,0.2) | published ViT-B/16 | published ViT-B/16 AugReg | time | peak memory |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
| svhn | 88.00 | 90.00 | 88.00 ± 2.83 | - | 90.00 | 92.00 | 1:32:31 | 2.0 GiB |
| sun_397 | 50.00 | 52.00 | 50.00 ± 0.00 | - | 50.00 | 54.00 | 1:32:31 | 2.0 GiB |
| **mean of natural** | **69.00** | **71.00** | **69.00 ± 1.41** | **-** | **70.00** | **73.00** |  |  |
| kitti | 79.00 | 80.00 | 80.00 (1 failed) | failed | 80.00 | 83.00 | 1:01:41 | 2.0 GiB |
| **mean of structured** | **79.00** | **80.00** | **80.00** | **-** | **80.00** | **83.00** |  |  |
| **mean of 3 tasks** | **72.33** | **74.00** | **72.67** | **-** | **73.33** | **76.33** |  |  |
| **mean of 2 groups** | **74.00** | **75.50** | **74.50** | **-** | **75.00** | **78.00** |  |  |
""");
    }

    @Test
    void asLatex() {
        assertThat(TableText.latex(TABLE))
                .isEqualTo(
"""
% vtab: rlrr on x
\\begin{tabular}{lrrrrrrrr}
\\hline
test accuracy, \\% & last epoch & best on test & validated & validated (lr=0.1,0.2) & published ViT-B/16 & published ViT-B/16 AugReg & time & peak memory \\\\
\\hline
svhn & 88.00 & 90.00 & 88.00 $\\pm$ 2.83 & - & 90.00 & 92.00 & 1:32:31 & 2.0 GiB \\\\
sun\\_397 & 50.00 & 52.00 & 50.00 $\\pm$ 0.00 & - & 50.00 & 54.00 & 1:32:31 & 2.0 GiB \\\\
mean of natural & 69.00 & 71.00 & 69.00 $\\pm$ 1.41 & - & 70.00 & 73.00 &  &  \\\\
\\hline
kitti & 79.00 & 80.00 & 80.00 (1 failed) & failed & 80.00 & 83.00 & 1:01:41 & 2.0 GiB \\\\
mean of structured & 79.00 & 80.00 & 80.00 & - & 80.00 & 83.00 &  &  \\\\
\\hline
mean of 3 tasks & 72.33 & 74.00 & 72.67 & - & 73.33 & 76.33 &  &  \\\\
mean of 2 groups & 74.00 & 75.50 & 74.50 & - & 75.00 & 78.00 &  &  \\\\
\\hline
\\end{tabular}
""");
    }

    @Test
    void asJson() {
        var json = TableJson.of(TABLE, results());
        assertThat(json.getAsJsonArray("rows").get(0))
                .isEqualTo(
                        JsonParser.parseString(
                                """
                                {"task": "svhn",
                                 "accuracy_percent": {
                                   "last epoch": {"mean": 88.0, "seeds": 1},
                                   "best on test": {"mean": 90.0, "seeds": 1},
                                   "validated": {"mean": 88.0, "deviation": 2.8284271247461903, "seeds": 2}},
                                 "published_percent": {"ViT-B/16": 90.0, "ViT-B/16 AugReg": 92.0, "Swin-B": 1.0},
                                 "seconds": 5551.200000000001,
                                 "peak_memory_kib": 2097152}
                                """));
        assertThat(json.getAsJsonArray("rows").get(3).getAsJsonObject().get("failed_seeds"))
                .isEqualTo(
                        JsonParser.parseString(
                                "{\"validated\": 1, \"validated (lr=0.1,0.2)\": 1}"));
        assertThat(json.getAsJsonArray("rows").get(6).getAsJsonObject().get("mean").getAsString())
                .isEqualTo("mean of 2 groups");
        assertThat(json.getAsJsonArray("runs")).hasSize(results().size());
    }

    @Test
    void aMeanWaitsForEveryTask() {
        List<TrialResult> some = results();
        some.removeIf(result -> result.task().equals("sun_397"));
        String text = TableText.plain(ResultTable.of("t", RECIPE, some));
        assertThat(text).containsPattern("mean of natural( +-){4} +70.00");
        assertThat(text).containsPattern("mean of structured +79.00 +80.00 +80.00");
        assertThat(text).containsPattern("mean of 3 tasks( +-){4} +73.33");
    }

    private static Experiment experiment(String method, String settings, String checkpoint) {
        return new Experiment("vtab", method, settings, "vit", checkpoint, Map.of(), Map.of());
    }

    private static List<TrialResult> with(long parameters, TrialResult... results) {
        return Stream.of(results)
                .map(
                        r ->
                                new TrialResult(
                                        r.task(),
                                        r.protocol(),
                                        r.search(),
                                        r.seed(),
                                        r.failure(),
                                        r.accuracy(),
                                        r.bestEpoch(),
                                        r.settings(),
                                        r.cost(),
                                        Map.of(TrialResult.TRAINABLE, Long.toString(parameters))))
                .toList();
    }

    @Test
    void methodsOnOneCheckpointStandSideBySideAndOthersDoNot() {
        List<TrialResult> lora =
                with(
                        330_000,
                        result("svhn", Protocol.VALIDATED, "", 0, 0.5),
                        result("sun_397", Protocol.VALIDATED, "", 0, 0.25),
                        result("kitti", Protocol.VALIDATED, "", 0, 0.75));
        List<TrialResult> arc =
                with(
                        130_000,
                        result("svhn", Protocol.VALIDATED, "", 0, 0.625),
                        result("sun_397", Protocol.VALIDATED, "", 0));
        List<Experiment> experiments =
                List.of(
                        experiment("lora", "a", "x"),
                        experiment("arc", "b", "x"),
                        experiment("ssf", "c", "y"));
        List<List<TrialResult>> results = List.of(lora, arc, lora);
        List<ResultTable> tables =
                results.stream().map(r -> ResultTable.of("t", RECIPE, r)).toList();
        List<ResultTable> sideBySide = MethodsTable.of(experiments, tables, results);
        assertThat(sideBySide).hasSize(1);
        String text = TableText.plain(sideBySide.get(0));
        assertThat(text.lines().findFirst()).contains("vtab: methods on vit");
        assertThat(text)
                .contains("lora (0.33 M): validated  arc (0.13 M): validated  published ViT-B/16 ")
                .containsPattern("svhn +50.00 +62.50 +90.00")
                .containsPattern("sun_397 +25.00 +failed +50.00")
                .containsPattern("kitti +75.00 +- +80.00")
                .containsPattern("mean of natural +37.50 +- +70.00")
                .doesNotContain("peak memory");
    }

    @Test
    void experimentsOfOneMethodAreToldApartByTheirDigests() {
        List<TrialResult> some = List.of(result("svhn", Protocol.VALIDATED, "", 0, 0.5));
        Experiment one = experiment("lora", "rank=1", "x");
        Experiment other = experiment("lora", "rank=2", "x");
        ResultTable table = ResultTable.of("t", RECIPE, some);
        String text =
                TableText.plain(
                        MethodsTable.of(
                                        List.of(one, other),
                                        List.of(table, table),
                                        List.of(some, some))
                                .get(0));
        for (Experiment each : List.of(one, other)) {
            String digest = each.key().substring(each.key().lastIndexOf('-') + 1);
            assertThat(text).contains("lora " + digest + ": validated");
        }
    }
}
