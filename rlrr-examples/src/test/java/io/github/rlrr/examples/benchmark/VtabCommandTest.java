package io.github.rlrr.examples.benchmark;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VTAB-1k's recipe on a miniature of it, with the bundled model. */
class VtabCommandTest {

    @TempDir private Path temporary;

    private MiniatureVtab vtab;
    private Path out;

    @BeforeEach
    void make() throws IOException {
        vtab = new MiniatureVtab(temporary.resolve("vtab"), "dtd", "eurosat", "kitti");
        out = temporary.resolve("out");
    }

    private CommandLine.Result vtab(Object... more) {
        List<Object> arguments =
                new ArrayList<>(
                        List.of("vtab", "--root", vtab.root(), "--checkpoint", Bundled.VIT));
        if (!Arrays.asList(more).contains("--out")) {
            arguments.addAll(List.of("--out", out));
        }
        if (!Arrays.asList(more).contains("--tasks")) {
            arguments.addAll(List.of("--tasks", "dtd"));
        }
        if (!Arrays.asList(more).contains("--epochs")) {
            arguments.addAll(List.of("--epochs", 1));
        }
        arguments.addAll(Arrays.asList(more));
        return rlrr(arguments.toArray());
    }

    /** The only file of this name below a folder of the results. */
    private Path found(String folder, String name) throws IOException {
        try (Stream<Path> files = Files.walk(out)) {
            return files.filter(f -> f.endsWith(name) && f.toString().contains(folder))
                    .reduce(
                            (a, b) -> {
                                throw new AssertionError(a + " and " + b);
                            })
                    .orElseThrow();
        }
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    @Test
    void thePublishedProtocolTestsAfterEveryEpochAndReportsTheBestAndTheLast() throws IOException {
        CommandLine.Result result = vtab("--protocol", "published", "--epochs", 3, "--lr", 0.05);

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        List<Double> tested =
                Files.readAllLines(found("dtd", "metrics.jsonl")).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .map(line -> line.get("validation_accuracy").getAsDouble())
                        .toList();
        JsonObject accuracy = json(found("dtd", "result.json")).getAsJsonObject("accuracy");
        assertThat(tested).hasSize(3);
        assertThat(accuracy.get("last_epoch").getAsDouble()).isEqualTo(tested.get(2));
        double best = tested.stream().mapToDouble(t -> t).max().orElseThrow();
        assertThat(accuracy.get("best_on_test").getAsDouble()).isEqualTo(best);
        assertThat(result.out()).contains("last epoch", "best on test").doesNotContain("validated");
    }

    @Test
    void theValidatedProtocolTestsTheAdapterThatIsLeftBehindOnce() throws IOException {
        CommandLine.Result result = vtab();

        assertThat(result.exitCode()).isZero();
        JsonObject written = json(found("dtd", "result.json"));
        Path adapter = found("dtd", "adapter_config.json").getParent();
        CommandLine.Result evaluated =
                rlrr(
                        "evaluate",
                        "--adapter",
                        adapter,
                        "--data",
                        vtab.root().resolve("dtd"),
                        "--json");
        double again =
                JsonParser.parseString(evaluated.out())
                        .getAsJsonObject()
                        .get("accuracy")
                        .getAsDouble();
        assertThat(written.getAsJsonObject("accuracy").get("validated").getAsDouble())
                .isEqualTo(again);
        JsonObject settings = written.getAsJsonObject("settings");
        assertThat(settings.get("learning_rate").getAsDouble()).isEqualTo(0.002);
        assertThat(settings.get("dropout").getAsDouble()).isEqualTo(0.1);
        assertThat(settings.get("epochs").getAsInt()).isEqualTo(1);
        JsonObject cost = written.getAsJsonObject("cost");
        assertThat(cost.get("seconds").getAsDouble()).isPositive();
        assertThat(cost.get("peak_memory_kib").getAsLong()).isPositive();
        assertThat(Files.readAllLines(found("dtd", "metrics.jsonl")))
                .as("nothing is measured on the way")
                .hasSize(1)
                .noneMatch(line -> line.contains("validation"));
    }

    @Test
    @Tag("slow")
    void whatIsDoneIsNotDoneAgainAndOtherSettingsAreKeptApart() throws IOException {
        assertThat(vtab().exitCode()).isZero();
        Path first = found("dtd", "result.json");
        byte[] before = Files.readAllBytes(first);

        CommandLine.Result again = vtab("--seeds", 2);

        assertThat(again.out()).contains("dtd seed 0 validated   done before");
        assertThat(Files.readAllBytes(first)).isEqualTo(before);
        assertThat(again.out()).containsPattern("dtd +\\d+\\.\\d\\d ± \\d+\\.\\d\\d ");

        CommandLine.Result fedBack = rlrr("vtab", "--config", found("vtab-rlrr", "config.yaml"));
        assertThat(fedBack.exitCode()).as(fedBack.err()).isZero();
        assertThat(fedBack.out()).contains("seed 0 validated   done", "seed 1 validated   done");

        CommandLine.Result other = vtab("--lr", 0.001);
        CommandLine.Result probe = vtab("--method", "linear-probe");

        assertThat(other.out()).contains("lr 0.001").doesNotContain("done before");
        assertThat(probe.out()).contains("vtab: linear-probe on").doesNotContain("done before");
        assertThat(Files.readAllBytes(first)).isEqualTo(before);
        assertThat(rlrr("vtab", "--table", "--out", out).out().lines())
                .filteredOn(line -> line.startsWith("vtab: "))
                .hasSize(4)
                .last()
                .asString()
                .startsWith("vtab: methods on ");
        assertThat(json(out.resolve("results.json")).getAsJsonArray("experiments")).hasSize(3);
    }

    @Test
    @Tag("slow")
    void aSearchTriesEveryCombinationOnTheValidationImagesAndTrainsTheBestAgain()
            throws IOException {
        Object[] search = {"--search", "lr=0.001,0.05,weight-decay=0,0.1"};
        CommandLine.Result result = vtab(search);

        assertThat(result.err()).isEmpty();
        List<JsonObject> trials =
                Files.readAllLines(found("dtd", "trials.jsonl")).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .toList();
        assertThat(trials).hasSize(4);
        double best =
                trials.stream()
                        .mapToDouble(t -> t.get("accuracy").getAsDouble())
                        .max()
                        .orElseThrow();
        Path file = found("dtd", "result.json");
        JsonObject written = json(file);
        assertThat(written.getAsJsonObject("accuracy").get("validation").getAsDouble())
                .isEqualTo(best);
        assertThat(trials)
                .filteredOn(t -> t.get("accuracy").getAsDouble() == best)
                .extracting(t -> t.get("settings"))
                .contains(written.get("settings"));
        assertThat(result.out()).contains("validated (lr=0.001,0.05,weight-decay=0,0.1)");

        // A search that was cut off within its third line goes on there.
        Path log = found("dtd", "trials.jsonl");
        List<String> lines = Files.readAllLines(log);
        Files.writeString(log, lines.get(0) + "\n" + lines.get(1) + "\n" + "{\"settings\":{\"ep");
        Files.delete(file);
        CommandLine.Result resumed = vtab(search);
        assertThat(resumed.out())
                .contains("trial 3/4", "trial 4/4")
                .doesNotContain("trial 1/4", "trial 2/4");
        assertThat(json(file).get("accuracy")).isEqualTo(written.get("accuracy"));
        assertThat(Files.readAllLines(log)).hasSize(4);
    }

    @Test
    void allSeedsTakeWhatTheFirstHasFound() throws IOException {
        CommandLine.Result result = vtab("--search", "lr=0.001,0.05", "--seeds", 2);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(Files.readAllLines(found("dtd", "trials.jsonl"))).hasSize(2);
        assertThat(result.out()).contains("dtd seed 0 validated trial 2/2");
        assertThat(result.out()).doesNotContain("dtd seed 1 validated trial");
        assertThat(json(found("seed0", "result.json")).get("settings"))
                .isEqualTo(json(found("seed1", "result.json")).get("settings"));
    }

    @Test
    void tasksOfYourOwnHaveATableOfTheirOwn() throws IOException {
        Path recipes =
                Files.writeString(
                        temporary.resolve("mine.csv"),
                        """
                        folder,group,classes,test_images,learning_rate,dropout,weight_decay,horizontal_flip,batch_size
                        eurosat,mine,3,6,0.004,0,0.0001,false,4
                        """);
        Object[] own = {"--recipes", recipes, "--tasks", "eurosat"};
        CommandLine.Result result = vtab(own);

        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonObject settings = json(found("eurosat", "result.json")).getAsJsonObject("settings");
        assertThat(settings.get("learning_rate").getAsDouble()).isEqualTo(0.004);
        Files.delete(recipes);
        CommandLine.Result table = rlrr("vtab", "--table", "--out", out);
        assertThat(table.out())
                .startsWith("own ")
                .containsPattern("eurosat +\\d+\\.\\d\\d ")
                .doesNotContain("published");
    }

    @Test
    void aTaskThatFailsIsNotedAndTriedAgainNextTime() throws IOException {
        Path image = vtab.testImage("eurosat");
        byte[] good = Files.readAllBytes(image);
        Files.writeString(image, "not an image");
        Object[] all = {"--tasks", "dtd,eurosat,kitti"};

        CommandLine.Result result = vtab(all);

        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.out())
                .containsPattern("eurosat +failed ")
                .containsPattern("kitti +\\d+\\.\\d\\d ")
                .containsPattern("failed: eurosat seed 0 validated: 1 of 6 images cannot be read")
                .doesNotContain("\tat ");
        assertThat(Files.readString(out.resolve("results.md")))
                .contains("| eurosat | failed |", "- failed: eurosat");

        Path trace = found("eurosat", "failure.txt");
        assertThat(trace).content().contains("UnreadableImagesException", "\tat ");
        Files.write(image, good);
        CommandLine.Result mended = vtab(all);

        assertThat(trace).doesNotExist();
        assertThat(mended.exitCode()).isZero();
        assertThat(mended.out())
                .contains("dtd seed 0 validated   done before")
                .containsPattern("eurosat +\\d+\\.\\d\\d ")
                .doesNotContain("failed");
    }

    @Test
    void aTrialThatAnotherProcessIsAtIsPassedOver() throws IOException {
        assertThat(vtab().exitCode()).isZero();
        Path folder = found("dtd", "result.json").getParent();
        Files.delete(folder.resolve("result.json"));
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("lock").toFile(), "rw");
                FileLock lock = file.getChannel().lock()) {
            assertThat(lock.isValid()).isTrue();
            CommandLine.Result result = vtab("--tasks", "dtd,kitti");
            assertThat(result.exitCode()).isZero();
            assertThat(result.out())
                    .contains("dtd seed 0 validated   another process is at it")
                    .containsPattern("kitti +\\d+\\.\\d\\d ");
            assertThat(folder.resolve("result.json")).doesNotExist();
        }
        assertThat(vtab().out()).containsPattern("dtd seed 0 validated   validated \\d+\\.\\d\\d");
    }

    @Test
    void bothProtocolsStandSideBySideInOneTable() throws IOException {
        assertThat(vtab("--protocol", "published").exitCode()).isZero();
        CommandLine.Result result = vtab();
        assertThat(result.out())
                .containsPattern(
                        "last epoch +best on test +validated +published ViT-B/16 +published"
                                + " ViT-B/16 AugReg +time +peak memory")
                .containsPattern(
                        "dtd( +\\d+\\.\\d\\d){3} +72\\.90 +76\\.30 +0:00:\\d\\d +\\d\\.\\d GiB");
        JsonObject experiment =
                json(out.resolve("results.json"))
                        .getAsJsonArray("experiments")
                        .get(0)
                        .getAsJsonObject();
        assertThat(experiment.getAsJsonArray("runs")).hasSize(2);
        assertThat(
                        experiment
                                .getAsJsonArray("rows")
                                .get(2)
                                .getAsJsonObject()
                                .getAsJsonObject("accuracy_percent")
                                .keySet())
                .containsExactly("last epoch", "best on test", "validated");
    }

    @Test
    void aRunRepeatsBitForBit() throws IOException {
        assertThat(vtab().exitCode()).isZero();
        Path result = found("dtd", "result.json");
        double first = json(result).getAsJsonObject("accuracy").get("validated").getAsDouble();
        Path model = found("dtd", "adapter_model.safetensors");
        byte[] before = Files.readAllBytes(model);
        Files.delete(result);
        assertThat(vtab().exitCode()).isZero();
        assertThat(json(result).getAsJsonObject("accuracy").get("validated").getAsDouble())
                .isCloseTo(first, offset(0.0));
        assertThat(Files.readAllBytes(model)).isEqualTo(before);
    }

    @Test
    void dropoutIsTheTasksOwnAndChangesWhatIsLearned() throws IOException {
        assertThat(vtab("--epochs", 2).exitCode()).isZero();
        byte[] own = Files.readAllBytes(found("dtd", "adapter_model.safetensors"));
        Object[][] rates = {{0.1, true}, {0, false}};
        for (Object[] rate : rates) {
            Path elsewhere = temporary.resolve("dropout" + rate[0]);
            CommandLine.Result result =
                    vtab("--epochs", 2, "--out", elsewhere, "--dropout", rate[0]);
            assertThat(result.exitCode()).isZero();
            try (Stream<Path> files = Files.walk(elsewhere)) {
                Path model =
                        files.filter(f -> f.endsWith("adapter_model.safetensors"))
                                .findFirst()
                                .orElseThrow();
                assertThat(Arrays.equals(Files.readAllBytes(model), own))
                        .as("the recipe's own 0.1, against %s", rate[0])
                        .isEqualTo(rate[1]);
            }
        }
    }

    @Test
    void tasksOfYourOwnHaveATableOfTheirOwnAndNeverMeetThePublishedOnes() throws IOException {
        Path recipes = temporary.resolve("mine.csv");
        String table =
                """
                folder,group,classes,test_images,learning_rate,dropout,weight_decay,horizontal_flip,batch_size
                dtd,mine,3,6,0.02,0,0.1,true,8
                """;
        Files.writeString(recipes, table);
        assertThat(vtab().exitCode()).isZero();

        CommandLine.Result own = vtab("--recipes", recipes);

        assertThat(own.exitCode()).as(own.err()).isZero();
        assertThat(own.out())
                .containsPattern("own [0-9a-f]{8}: rlrr on bundled:vit-cifar10")
                .containsPattern("dtd +\\d+\\.\\d\\d +0:00:\\d\\d ")
                .contains("mean of mine")
                .doesNotContain("done before", "published", "cifar ");
        Files.writeString(recipes, table.replace("0.02", "0.03"));
        assertThat(vtab("--recipes", recipes).out()).doesNotContain("done before");
        Files.delete(recipes);
        assertThat(rlrr("vtab", "--table", "--out", out).out().lines())
                .filteredOn(line -> line.matches("(own|vtab).*: rlrr on .*"))
                .hasSize(3);
        JsonObject settings =
                json(found("own-", "result.json", "0.03")).getAsJsonObject("settings");
        assertThat(settings.get("batch_size").getAsInt()).isEqualTo(8);
    }

    /** Of several such files that which has this text. */
    private Path found(String folder, String name, String text) throws IOException {
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(f -> f.endsWith(name)).toList()) {
                if (file.toString().contains(folder) && Files.readString(file).contains(text)) {
                    return file;
                }
            }
        }
        throw new AssertionError("no " + name + " with " + text);
    }

    @Test
    void fullFineTuningRunsByTheSameRecipe() throws IOException {
        CommandLine.Result result = vtab("--method", "full");
        assertThat(result.exitCode()).as(result.out()).isZero();
        // 1,204,608 of the model and 3 × 128 + 3 of the head.
        assertThat(
                        json(found("dtd", "result.json"))
                                .getAsJsonObject("environment")
                                .get("trainable_parameters")
                                .getAsString())
                .isEqualTo("1204995");
    }

    @Test
    void badOptionsAreRefusedBeforeAnyWork() {
        assertRefused(vtab("--lr", -1, "--dropout", 1.5), "lr is -1", "dropout is 1.5");
        assertRefused(vtab("--tasks", "dtd,cifer"), "[cifer]", "cifar");
        assertRefused(vtab("--seeds", 0), "--seeds is 0");
        assertRefused(vtab("--search", "lr=0.1,x"), "--search is \"lr=0.1,x\"");
        assertRefused(vtab("--search", "momentum=1"), "\"momentum\" cannot be searched");
        assertRefused(
                vtab("--search", "lr=0.1", "--protocol", "published"), "--protocol validated");
        assertRefused(rlrr("vtab", "--checkpoint", Bundled.VIT, "--out", out), "--root is missing");
        assertRefused(rlrr("vtab", "--root", vtab.root(), "--out", out), "--checkpoint is missing");
        assertRefused(rlrr("vtab", "--table", "--out", out), "no results there");
    }

    private void assertRefused(CommandLine.Result result, String... parts) {
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains(parts);
        assertThat(out).doesNotExist();
    }

    @Test
    void aDamagedResultIsNamed() throws IOException {
        assertThat(vtab().exitCode()).isZero();
        Path result = found("dtd", "result.json");
        Files.writeString(result, "{\"task\": ");
        CommandLine.Result again = vtab();
        assertThat(again.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(again.err()).contains(result.toString(), "is damaged", "delete it");
    }

    @Test
    void aCheckTellsHowACopyDiffersInALineForEachTask() throws IOException {
        Files.delete(vtab.testImage("dtd"));
        Files.delete(vtab.list("eurosat", "val200.txt"));
        Path kitti = vtab.list("kitti", "train800.txt");
        Files.writeString(kitti, Files.readString(kitti).replaceFirst(" 2\\R", " 4\n"));

        CommandLine.Result result =
                rlrr("vtab", "--check", vtab.root(), "--tasks", "cifar,dtd,eurosat,kitti");

        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        List<String> lines = result.out().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("cifar ").contains("BAD", "no folder");
        assertThat(lines.get(1))
                .contains("train800val200.txt has 15 images, expected 1000")
                .contains("1 bad line", "test.txt:1: no file");
        assertThat(lines.get(2)).contains("BAD  no val200.txt");
        assertThat(lines.get(3))
                .contains("the training list has 12 images, expected 800")
                .contains("the validation list has 3 images, expected 200")
                .contains("the test list has 6 images, expected 711")
                .contains("labels up to 4, expected 0 to 3")
                .contains("the labels of train800val200.txt are not those of");
        assertThat(rlrr("vtab", "--check", "--root", vtab.root(), "--tasks", "kitti").out())
                .startsWith("kitti ");
    }
}
