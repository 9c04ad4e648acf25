package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.demo.Bundled;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands do when all is well, on the bundled model and images. */
class CommandsTest {

    private final DemoModel demo = DemoModel.get();

    @Test
    void finetuneLeavesAnAdapterAMetricsFileAndAPictureOfTheCurves() throws IOException {
        assertThat(demo.adapter().resolve("adapter_config.json")).exists();
        assertThat(demo.adapter().resolve("adapter_model.safetensors")).exists();
        List<JsonObject> lines =
                Files.readAllLines(demo.folder().resolve("metrics.jsonl")).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).get("epoch").getAsInt()).isEqualTo(1);
        assertThat(lines.get(1).get("set").getAsString()).isEqualTo("test");
        assertThat(lines.get(1).get("examples").getAsInt()).isEqualTo(400);
        BufferedImage curves = ImageIO.read(demo.folder().resolve("curves.png").toFile());
        assertThat(curves.getWidth()).isGreaterThan(500);
    }

    @Test
    void evaluateGivesTheAccuracyThatTheRunMeasured() throws IOException {
        List<String> metrics = Files.readAllLines(demo.folder().resolve("metrics.jsonl"));
        double measured =
                JsonParser.parseString(metrics.get(1))
                        .getAsJsonObject()
                        .get("accuracy")
                        .getAsDouble();

        CommandLine.Result result =
                rlrr("evaluate", "--adapter", demo.adapter(), "--data", demo.images(), "--json");

        assertThat(result.exitCode()).isZero();
        JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
        assertThat(json.get("images").getAsInt()).isEqualTo(400);
        assertThat(json.get("accuracy").getAsDouble()).isEqualTo(measured);
        assertThat(json.get("accuracy_per_class").getAsJsonObject().size()).isEqualTo(10);
    }

    @Test
    void predictPrintsTheSameProbabilitiesWithAndWithoutMerging() throws IOException {
        List<Path> images = demo.testImages("bag", 3);
        Object[] arguments = {
            "predict",
            "--adapter",
            demo.adapter(),
            "--json",
            images.get(0),
            images.get(1),
            images.get(2)
        };
        Object[] merged = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        merged[arguments.length] = "--merged";

        List<String> plainLines = rlrr(arguments).out().lines().toList();
        List<String> mergedLines = rlrr(merged).out().lines().toList();

        assertThat(plainLines).hasSize(3);
        assertThat(mergedLines).hasSize(3);
        for (int i = 0; i < plainLines.size(); i++) {
            JsonObject first = probabilities(plainLines.get(i));
            JsonObject second = probabilities(mergedLines.get(i));
            double sum = 0;
            for (String label : first.keySet()) {
                assertThat(second.get(label).getAsDouble())
                        .isCloseTo(first.get(label).getAsDouble(), offset(1e-5));
                sum += first.get(label).getAsDouble();
            }
            assertThat(sum).isCloseTo(1, offset(1e-9));
        }
    }

    @Test
    @Tag("slow")
    void aThresholdIsChosenOnValidationAndTravelsWithTheModel(@TempDir Path folder)
            throws IOException {
        CommandLine.Result run =
                rlrr(
                        "finetune",
                        "--data",
                        demo.images(),
                        "--checkpoint",
                        Bundled.VIT,
                        "--method",
                        "linear-probe",
                        "--epochs",
                        3,
                        "--reject-accuracy",
                        0.9,
                        "--out",
                        folder);
        assertThat(run.exitCode()).as(run.err()).isZero();
        Matcher said =
                Pattern.compile(
                                "threshold (0\\.\\d+) accepts ([0-9.]+) % of the validation images,"
                                        + " (\\d+\\.\\d) % of them right")
                        .matcher(run.out());
        assertThat(said.find()).as(run.out()).isTrue();
        assertThat(Double.parseDouble(said.group(3))).isGreaterThanOrEqualTo(90);
        double threshold =
                AdapterFolder.describe(folder.resolve("adapter")).metadata().rejectBelow();
        assertThat(threshold).isCloseTo(Double.parseDouble(said.group(1)), offset(1e-4));

        Path model = folder.resolve("model");
        assertThat(rlrr("merge", "--adapter", folder.resolve("adapter"), "--out", model).exitCode())
                .isZero();
        Path csv = folder.resolve("labels.csv");
        Path validation = demo.images().resolve("val");
        assertThat(rlrr("predict", "--model", model, "--csv", csv, validation).exitCode()).isZero();
        List<String> rows = Files.readAllLines(csv);
        assertThat(rows.get(0)).isEqualTo("image,label,probability,accepted");
        int accepted = 0;
        int right = 0;
        for (String row : rows.subList(1, rows.size())) {
            String[] fields = row.split(",", -1);
            assertThat(Boolean.parseBoolean(fields[3]))
                    .isEqualTo(Double.parseDouble(fields[2]) >= threshold);
            if (Boolean.parseBoolean(fields[3])) {
                accepted++;
                right += fields[0].contains("/" + fields[1] + "/") ? 1 : 0;
            }
        }
        assertThat(100.0 * accepted / (rows.size() - 1))
                .isCloseTo(Double.parseDouble(said.group(2)), offset(1.0));
        assertThat(100.0 * right / accepted)
                .isCloseTo(Double.parseDouble(said.group(3)), offset(1.0));
        assertThat(rlrr("finetune", "--data", demo.images(), "--reject-accuracy", 1.5).err())
                .contains("--reject-accuracy is 1.5, expected above 0 to 1");
    }

    private static JsonObject probabilities(String line) {
        return JsonParser.parseString(line)
                .getAsJsonObject()
                .get("probabilities")
                .getAsJsonObject();
    }

    private CommandLine.Result headAlone(Path out, Object... more) {
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
                                1,
                                "--method",
                                "linear-probe"));
        arguments.addAll(List.of(more));
        return rlrr(arguments.toArray());
    }

    @Test
    void anAdapterRemembersTheImageSizeItWasTrainedFor() throws IOException {
        Path out = demo.folder().resolve("small");
        CommandLine.Result trained = headAlone(out, "--image-size", 24);
        assertThat(trained.exitCode()).isZero();
        CommandLine.Result predicted =
                rlrr(
                        "predict",
                        "--adapter",
                        out.resolve("adapter"),
                        demo.testImages("bag", 1).get(0));
        assertThat(predicted.err()).isEmpty();
        assertThat(predicted.out().lines()).hasSize(4);
    }

    @Test
    void anAdapterTrainedOnHalfWeightsWantsThemAgain() throws IOException {
        Path out = demo.folder().resolve("half");
        CommandLine.Result trained = headAlone(out, "--half-weights");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Path image = demo.testImages("bag", 1).get(0);
        Path adapter = out.resolve("adapter");
        CommandLine.Result without = rlrr("predict", "--adapter", adapter, image);
        assertThat(without.exitCode()).isEqualTo(1);
        assertThat(without.err()).contains("with weights held in the same type");
        CommandLine.Result with = rlrr("predict", "--half-weights", "--adapter", adapter, image);
        assertThat(with.err()).isEmpty();
        assertThat(with.out().lines()).hasSize(4);
    }

    @Test
    void predictPrintsTheMostProbableLabelsFirst() throws IOException {
        CommandLine.Result result =
                rlrr(
                        "predict",
                        "--adapter",
                        demo.adapter(),
                        "--top",
                        2,
                        demo.testImages("trouser", 1).get(0));
        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines()).hasSize(3);
        assertThat(result.out().lines().skip(1))
                .allMatch(line -> line.matches(" +\\d+\\.\\d{5} % {2}[a-z-]+"));
    }

    @Test
    void inspectShowsAnAdapterItsTensorsAndTheModulesOfACheckpoint() {
        CommandLine.Result adapter = rlrr("inspect", demo.adapter());
        assertThat(adapter.out())
                .contains("rank=1")
                .contains("bundled:vit-cifar10")
                .contains("bag");
        assertThat(rlrr("inspect", "--tensors", demo.adapter()).out())
                .contains("blocks.5.mlp.fc2.scale_right")
                .contains("format: pt");
        assertThat(rlrr("inspect").out())
                .contains("width 128, depth 6, 4 heads")
                .contains("blocks.0.attn.query")
                .contains("patch_embed.proj");
    }

    @Test
    void doctorNamesTheVersionsItMet() {
        CommandLine.Result result = rlrr("doctor");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("libtorch    2.7.1")
                .contains("DJL         0.36.0")
                .contains("ND4J        found")
                .contains("nothing is missing");
    }

    @Test
    void finetuneSaysWhatItTrainsAndHowLongItWillTake() {
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--data",
                        demo.images().resolve("val"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        demo.folder().resolve("own"),
                        "--epochs",
                        2,
                        "--method",
                        "linear-probe",
                        "--batch-size",
                        16);
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("trainable params: 1,290 || all params: 1,205,898 || trainable%: 0.1070")
                .containsPattern("forecast: 20 steps of \\d+\\.\\d\\d s, about \\d+ s")
                .contains("160 training, 20 validation and 20 test images in 10 classes")
                .containsPattern("epoch +2/2 ")
                .containsPattern("test accuracy \\d+\\.\\d\\d % on 20 images");
    }

    /** Nothing but the dropout differs, so it is what changes the first epoch's loss. */
    @Test
    @Tag("slow")
    void aFullyFineTunedModelIsTrainedWithDropoutSavedAndLoaded() throws IOException {
        List<Double> losses = new ArrayList<>();
        Path adapter = demo.folder().resolve("adapter-of-full");
        for (String rate : List.of("0", "0.3")) {
            Path out = demo.folder().resolve("full-" + rate);
            CommandLine.Result result =
                    rlrr(
                            "finetune",
                            "--data",
                            demo.images().resolve("val"),
                            "--checkpoint",
                            Bundled.VIT,
                            "--out",
                            out,
                            "--epochs",
                            1,
                            "--method",
                            "full",
                            "--lr",
                            0.0003,
                            "--dropout",
                            rate);
            assertThat(result.exitCode()).isZero();
            assertThat(result.out())
                    .contains(
                            "trainable params: 1,205,898 || all params: 1,205,898"
                                    + " || trainable%: 100.0000");
            String first = Files.readAllLines(out.resolve("metrics.jsonl")).get(0);
            losses.add(
                    JsonParser.parseString(first)
                            .getAsJsonObject()
                            .get("train_loss")
                            .getAsDouble());
            adapter = out.resolve("adapter");
        }
        assertThat(losses.get(1)).isNotEqualTo(losses.get(0));
        CommandLine.Result predicted =
                rlrr("predict", "--adapter", adapter, demo.testImages("bag", 1).get(0));
        assertThat(predicted.exitCode()).isZero();
        assertThat(predicted.out().lines()).hasSize(4);
    }

    @Test
    @Tag("slow")
    void thePublishedScheduleMovesOnceAnEpochAndAnEpochLate() throws IOException {
        Path out = demo.folder().resolve("published");
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--data",
                        demo.images().resolve("val"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        out,
                        "--epochs",
                        11,
                        "--method",
                        "linear-probe",
                        "--schedule",
                        "published",
                        "--lr",
                        0.01);
        assertThat(result.exitCode()).isZero();
        List<Double> rates =
                Files.readAllLines(out.resolve("metrics.jsonl")).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .filter(line -> line.has("learning_rate"))
                        .map(line -> line.get("learning_rate").getAsDouble())
                        .toList();
        // 1 epoch of warm-up and 10 of cosine: epoch e, from 0, has the rate of e - 1.
        assertThat(rates).hasSize(11);
        assertThat(rates.subList(0, 2)).containsOnly(1e-7);
        for (int e = 2; e < 11; e++) {
            double cosine = 1e-8 + 0.5 * (0.01 - 1e-8) * (1 + Math.cos(Math.PI * (e - 1) / 10));
            assertThat(rates.get(e)).isCloseTo(cosine, offset(1e-12));
        }
    }

    @Test
    @Tag("slow")
    void theBestEpochsAdapterIsKeptWhenAskedFor() throws IOException {
        Path out = demo.folder().resolve("best");
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--data",
                        demo.images().resolve("val"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        out,
                        "--epochs",
                        6,
                        "--lr",
                        0.3,
                        "--balance",
                        "--select",
                        "best",
                        "--patience",
                        2,
                        "--clip-norm",
                        1,
                        "--label-smoothing",
                        0.1,
                        "--mixup",
                        0.8,
                        "--cutmix",
                        1,
                        "--accumulate",
                        2,
                        "--ema",
                        0.5);
        assertThat(result.exitCode()).as(result.err()).isZero();
        List<JsonObject> epochs =
                Files.readAllLines(out.resolve("metrics.jsonl")).stream()
                        .map(line -> JsonParser.parseString(line).getAsJsonObject())
                        .filter(line -> line.has("validation_accuracy"))
                        .toList();
        JsonObject best =
                epochs.stream()
                        .max(
                                Comparator.comparingDouble(
                                                (JsonObject e) ->
                                                        e.get("validation_accuracy").getAsDouble())
                                        .thenComparingDouble(
                                                e -> -e.get("validation_loss").getAsDouble()))
                        .orElseThrow();
        int kept = best.get("epoch").getAsInt();
        // A rate this high spoils what an earlier epoch has reached.
        assertThat(kept).isLessThan(epochs.size());
        assertThat(result.out()).contains("kept the adapter of epoch " + kept);
    }

    @Test
    void badTrainingOptionsAreRefusedTogetherBeforeAnythingIsWritten() {
        Path out = demo.folder().resolve("refused");
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--data",
                        demo.images().resolve("val"),
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        out,
                        "--lr",
                        -1,
                        "--warmup",
                        99,
                        "--epochs",
                        3,
                        "--label-smoothing",
                        2);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines().toList()).hasSize(1);
        assertThat(result.err())
                .contains("learning rate is -1.0")
                .contains("label smoothing is 2.0")
                .contains("warm-up of 99.0 epochs is not shorter than the run of 3");
        assertThat(out).doesNotExist();
    }
}
