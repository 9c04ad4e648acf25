package io.github.rlrr.examples.command;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.report.FiguresText;
import io.github.rlrr.task.ClassificationTally;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluate tells, against what predict says of the same images one by one. */
class EvaluateCommandTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path folder;

    private CommandLine.Result evaluate(Object... more) {
        Object[] arguments = new Object[5 + more.length];
        System.arraycopy(more, 0, arguments, 5, more.length);
        arguments[0] = "evaluate";
        arguments[1] = "--adapter";
        arguments[2] = demo.adapter();
        arguments[3] = "--data";
        arguments[4] = demo.images().resolve("val");
        return rlrr(arguments);
    }

    @Test
    void theConfusionMatrixCountsWhatPredictSaysOfTheSameImages() {
        JsonObject json = JsonParser.parseString(evaluate("--json").out()).getAsJsonObject();
        List<String> names =
                json.getAsJsonArray("classes").asList().stream()
                        .map(c -> c.getAsJsonObject().get("class").getAsString())
                        .toList();
        int[][] counts = new int[names.size()][names.size()];
        double loss = 0;
        List<String> lines =
                rlrr("predict", "--adapter", demo.adapter(), "--json", demo.images().resolve("val"))
                        .out()
                        .lines()
                        .toList();
        for (String line : lines) {
            JsonObject image = JsonParser.parseString(line).getAsJsonObject();
            String path = image.get("image").getAsString();
            Path parent = Path.of(path).getParent();
            String label = parent == null ? "" : String.valueOf(parent.getFileName());
            counts[names.indexOf(label)][names.indexOf(image.get("label").getAsString())]++;
            loss -= Math.log(image.getAsJsonObject("probabilities").get(label).getAsDouble());
        }

        assertThat(lines).hasSize(200);
        JsonArray rows = json.getAsJsonArray("confusion");
        for (int label = 0; label < counts.length; label++) {
            assertThat(rows.get(label).getAsJsonArray().asList())
                    .extracting(JsonElement::getAsInt)
                    .containsExactlyElementsOf(IntStream.of(counts[label]).boxed().toList());
        }
        assertThat(json.get("loss").getAsDouble()).isCloseTo(loss / 200, within(1e-5));
        assertThat(json.keySet())
                .contains("top5_accuracy", "macro_f1", "calibration_error", "calibration");
    }

    @Test
    void theTextHasTheFiguresAClassALineAndTheMatrix() {
        CommandLine.Result result = evaluate();
        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .containsPattern("accuracy +\\d+\\.\\d\\d % +\\(\\d+ of 200 images\\)")
                .containsPattern("top-5 accuracy +\\d+\\.\\d\\d %")
                .containsPattern("loss +\\d\\.\\d{4}")
                .containsPattern("macro-F1 +0\\.\\d{4}")
                .containsPattern("calibration error +0\\.\\d{4}")
                .containsPattern("\\Rt-shirt-top +20 +\\d+\\.\\d\\d % +")
                .containsPattern("\\R 1 ankle-boot( +\\d+){10}\\R");
    }

    @Test
    void theFigureFileHoldsWhatJsonPrints() throws IOException {
        CommandLine.Result result = evaluate("--json", "--out", folder.resolve("new"));
        assertThat(Files.readString(folder.resolve("new/evaluation.json")))
                .isEqualToNormalizingNewlines(result.out());
        // A row of the matrix is one line, for those who read the file.
        assertThat(result.out()).containsPattern("\\R    \\[\\d+(, \\d+){9}\\],\\R");
    }

    @Test
    void ofManyClassesTheMostConfusedPairsAreShown() {
        List<String> names = IntStream.range(0, 13).mapToObj(i -> "class " + i).toList();
        ClassificationTally tally = new ClassificationTally(names);
        for (int label = 0; label < 13; label++) {
            float[] logits = new float[13];
            logits[label == 7 ? 12 : label] = 1;
            tally.add(label, logits);
            tally.add(label, logits);
        }
        StringWriter text = new StringWriter();
        FiguresText.print(new PrintWriter(text), tally.figures());
        assertThat(text.toString())
                .contains("most confused, 1 of 1 pairs:")
                .contains("    2  class 7   taken for  class 12")
                .containsPattern("\\Rclass 7 +2 +0\\.00 % +- +0\\.0000\\R")
                .doesNotContain("confusion: a row");
    }
}
