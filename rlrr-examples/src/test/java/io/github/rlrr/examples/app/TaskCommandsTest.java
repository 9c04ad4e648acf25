package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several labels an image and numbers, from the command that trains to those that answer. */
class TaskCommandsTest {

    private static final int IMAGES = 120;

    @TempDir Path folder;

    private Path data;

    /** A red upper half, a blue lower half, or both, over a grey of some brightness. */
    @BeforeEach
    void draw() throws IOException {
        data = folder.resolve("data");
        Files.createDirectories(data);
        StringBuilder list = new StringBuilder("path,labels,brightness\n");
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < IMAGES; i++) {
            boolean red = random.nextBoolean();
            boolean blue = random.nextBoolean();
            int grey = random.nextInt(256);
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < 32; y++) {
                for (int x = 0; x < 32; x++) {
                    boolean coloured = x < 16 && (y < 16 ? red : blue);
                    int colour = y < 16 ? 0xff0000 : 0x0000ff;
                    image.setRGB(x, y, coloured ? colour : grey * 0x010101);
                }
            }
            String name = String.format("%03d.png", i);
            ImageIO.write(image, "png", data.resolve(name).toFile());
            String labels = (red ? "red" : "") + "|" + (blue ? "blue" : "");
            list.append(name + "," + labels + "," + (i % 10 == 9 ? "" : "" + (1000 + grey)) + "\n");
        }
        Files.writeString(data.resolve("list.csv"), list);
    }

    private CommandLine.Result run(Object... arguments) {
        CommandLine.Result result = rlrr(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private CommandLine.Result finetune(Object... more) {
        List<Object> arguments =
                new ArrayList<>(
                        List.of(
                                "finetune",
                                "--data",
                                data,
                                "--checkpoint",
                                Bundled.VIT,
                                "--method",
                                "linear-probe",
                                "--epochs",
                                12,
                                "--lr",
                                0.03,
                                "--out",
                                folder.resolve("run")));
        arguments.addAll(List.of(more));
        return rlrr(arguments.toArray());
    }

    private Path adapter() {
        return folder.resolve("run/adapter");
    }

    private JsonObject measured() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
        return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    }

    private List<String> csv(Object... source) throws IOException {
        Path csv = folder.resolve("answers.csv");
        List<Object> arguments = new ArrayList<>(List.of("predict", "--csv", csv));
        arguments.addAll(List.of(source));
        arguments.add(data.resolve("000.png"));
        arguments.add(data.resolve("001.png"));
        run(arguments.toArray());
        return Files.readAllLines(csv);
    }

    @Test
    @Tag("slow")
    void severalLabelsFromTrainingToTheMergedModel() throws IOException {
        CommandLine.Result trained = finetune("--balance");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.out())
                .contains("test images with any of 2 labels (multi-label)")
                .contains("test mean average precision ");
        AdapterMetadata said = AdapterFolder.describe(adapter()).metadata();
        assertThat(said.task()).isEqualTo("multi-label");
        assertThat(said.classNames()).containsExactly("blue", "red");
        assertThat(((MultiLabel) said.asked()).thresholds()).hasSize(2);
        assertThat(measured().get("mean_average_precision").getAsDouble()).isGreaterThan(0.9);

        JsonObject judged =
                JsonParser.parseString(
                                run("evaluate", "--adapter", adapter(), "--data", data, "--json")
                                        .out())
                        .getAsJsonObject();
        for (String name : List.of("loss", "mean_average_precision", "macro_f1", "micro_f1")) {
            assertThat(judged.get(name).getAsDouble())
                    .isCloseTo(measured().get(name).getAsDouble(), within(1e-6));
        }
        JsonArray each = judged.getAsJsonArray("each");
        assertThat(each.get(1).getAsJsonObject().get("name").getAsString()).isEqualTo("red");
        assertThat(each.get(1).getAsJsonObject().keySet())
                .contains("support", "precision", "recall", "f1", "auroc", "threshold");
        assertThat(run("evaluate", "--adapter", adapter(), "--data", data).out())
                .contains("mean average precision")
                .containsPattern("red +\\d+ ");

        List<String> answers = csv("--adapter", adapter(), "--all");
        assertThat(answers.get(0)).isEqualTo("image,labels,blue,red");
        Path model = folder.resolve("model");
        run("merge", "--adapter", adapter(), "--out", model);
        List<String> merged = csv("--model", model, "--all");
        for (int i = 1; i < 3; i++) {
            String[] one = answers.get(i).split(",", -1);
            String[] other = merged.get(i).split(",", -1);
            assertThat(other[1]).isEqualTo(one[1]);
            assertThat(Double.parseDouble(other[2]))
                    .isCloseTo(Double.parseDouble(one[2]), within(1e-4));
        }
        JsonObject json =
                JsonParser.parseString(
                                run("predict", "--model", model, "--json", data.resolve("000.png"))
                                        .out())
                        .getAsJsonObject();
        List<String> labels = new ArrayList<>();
        json.getAsJsonArray("labels").forEach(label -> labels.add(label.getAsString()));
        assertThat(String.join("|", labels)).isEqualTo(answers.get(1).split(",", -1)[1]);
        assertThat(run("inspect", adapter()).out())
                .contains("task           multi-label {thresholds=[");
        assertThat(Files.readString(folder.resolve("run/report.html")))
                .contains("mean average precision")
                .contains("<th>red</th>")
                .contains("<th>threshold</th>");
    }

    @Test
    @Tag("slow")
    void numbersFromTrainingToTheMergedModel() throws IOException {
        CommandLine.Result trained =
                finetune("--task", "regression", "--columns", "brightness", "--loss", "huber");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.out())
                .contains("test images with the numbers brightness (regression)")
                .contains("test mean absolute error ");
        AdapterMetadata said = AdapterFolder.describe(adapter()).metadata();
        Regression kept = (Regression) said.asked();
        assertThat(kept.loss()).isEqualTo(Regression.Loss.HUBER);
        assertThat(kept.means().get(0)).isBetween(1050.0, 1200.0);
        assertThat(measured().get("r2").getAsDouble()).isGreaterThan(0.5);

        JsonObject judged =
                JsonParser.parseString(
                                run("evaluate", "--adapter", adapter(), "--data", data, "--json")
                                        .out())
                        .getAsJsonObject();
        for (String name : List.of("loss", "mean_absolute_error", "r2", "spearman")) {
            assertThat(judged.get(name).getAsDouble())
                    .isCloseTo(measured().get(name).getAsDouble(), within(1e-4));
        }
        List<String> answers = csv("--adapter", adapter());
        assertThat(answers.get(0)).isEqualTo("image,brightness");
        double answer = Double.parseDouble(answers.get(1).split(",", -1)[1]);
        assertThat(answer).isBetween(900.0, 1400.0);
        Path model = folder.resolve("model");
        run("merge", "--adapter", adapter(), "--out", model, "--layout", "huggingface");
        assertThat(Files.readString(model.resolve("config.json")))
                .contains("\"problem_type\": \"regression\"");
        assertThat(Double.parseDouble(csv("--model", model).get(1).split(",", -1)[1]))
                .isCloseTo(answer, within(0.01));
        assertThat(run("predict", "--model", model, data.resolve("000.png")).out())
                .containsPattern("\\d+  brightness");
        assertThat(Files.readString(folder.resolve("run/report.html")))
                .contains("Answered against true")
                .contains("Error against true")
                .contains("<circle class=\"dot train\"");
        assertThat(rlrr("predict", "--model", model, "--csv", "x.csv", "--all", data).err())
                .contains("--all is for labels; numbers have a column each without it");
    }

    @Test
    void whatIsForAnotherTaskIsRefusedBeforeAnyWork() {
        assertThat(finetune("--label-smoothing", 0.1).err())
                .isEqualTo(
                        "rlrr: --label-smoothing is for one label an image; these images are for the"
                                + " task multi-label\n");
        assertThat(finetune("--reject-accuracy", 0.9).err())
                .contains("--reject-accuracy is for one label an image");
        assertThat(finetune("--loss", "huber").err())
                .contains("--loss is for numbers, which --task regression asks for");
        assertThat(finetune("--shots", 3).err())
                .contains("shots are counted for one label an image");
        assertThat(finetune("--task", "regression", "--columns", "brightness", "--balance").err())
                .contains("--balance is for labels; these images are for the task regression");
        assertThat(finetune("--task", "regression").err()).contains("list.csv:2: labels is '");
        assertThat(finetune("--task", "weather").err())
                .contains(
                        "the task is weather, expected one of [multi-label, regression,"
                                + " single-label]");
        assertThat(finetune("--columns", "brightnes").err())
                .contains("no column [brightnes], it has [path, labels, brightness]");
        assertThat(rlrr("compare", "--data", data, "--out", folder.resolve("c")).err())
                .contains(
                        "compare takes one label an image, these are for the task multi-label; rlrr"
                                + " finetune trains on them");
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
