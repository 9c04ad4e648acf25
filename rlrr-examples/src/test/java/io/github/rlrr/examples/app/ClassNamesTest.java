package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.report.FiguresText;
import io.github.rlrr.task.ClassificationTally;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class names as people have them: twice, empty, with line breaks. */
class ClassNamesTest {

    private static final List<String> ODD =
            List.of("a\nb", "c\td", "e|f", "<g>", "\"h\", i", "\u001b[31mj", "", "k", "l", "m");

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path temporary;

    /** The demo's adapter with other class names. */
    private Path adapter(List<String> names) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("adapter"));
        try (Stream<Path> files = Files.list(demo.adapter())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path config = folder.resolve("adapter_config.json");
        JsonObject json = JsonParser.parseString(Files.readString(config)).getAsJsonObject();
        JsonArray array = new JsonArray();
        names.forEach(array::add);
        json.add("class_names", array);
        Files.writeString(config, json.toString());
        return folder;
    }

    private static JsonObject probabilities(String line) {
        return JsonParser.parseString(line).getAsJsonObject().getAsJsonObject("probabilities");
    }

    @Test
    void jsonAndCsvKeepEveryClassOfOneName() throws IOException {
        Path adapter = adapter(List.of("x", "x", "y", "", "z", " y", "t", "u", "v", "w"));
        Path image = demo.testImages("bag", 1).get(0);
        CommandLine.Result result = rlrr("predict", "--adapter", adapter, "--json", image);
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonObject all = probabilities(result.out());
        assertThat(all.keySet())
                .containsExactly(
                        "x (1)", "x (2)", "y (1)", "class 3", "z", "y (2)", "t", "u", "v", "w");
        JsonObject plain =
                probabilities(rlrr("predict", "--adapter", demo.adapter(), "--json", image).out());
        assertThat(all.asMap().values()).containsExactlyElementsOf(plain.asMap().values());
        Path csv = temporary.resolve("labels.csv");
        rlrr("predict", "--adapter", adapter, "--csv", csv, "--all", image);
        assertThat(Files.readAllLines(csv).get(0))
                .isEqualTo("image,label,probability,x (1),x (2),y (1),class 3,z,y (2),t,u,v,w");
    }

    @Test
    void aMergedFolderInEveryLayoutKeepsThemToo() throws IOException {
        Path adapter = adapter(List.of("x", "x", "y", "", "z", " y", "t", "u", "v", "w"));
        Path image = demo.testImages("bag", 1).get(0);
        for (String layout : List.of("timm", "huggingface", "google")) {
            Path out = temporary.resolve(layout);
            rlrr("merge", "--adapter", adapter, "--out", out, "--layout", layout);
            String line = rlrr("predict", "--model", out, "--json", image).out();
            assertThat(probabilities(line).keySet()).as(layout).hasSize(10).contains("x (2)");
        }
    }

    @Test
    void aLineBreakInANameBreaksNoLineOfPredict() throws IOException {
        Path adapter = adapter(ODD);
        Path image = demo.testImages("bag", 1).get(0);
        CommandLine.Result result = rlrr("predict", "--adapter", adapter, "--top", 10, image);
        assertThat(result.out().lines()).hasSize(11);
        assertThat(result.out()).contains("a\\nb").contains("c\\td").contains("\\u001b[31mj");
        assertThat(rlrr("inspect", adapter).out())
                .contains("classes        a\\nb, c\\td, e|f, <g>");
    }

    @Test
    void aLineBreakInANameBreaksNoTableOfFigures() {
        for (int classes : new int[] {3, ODD.size() + 5}) {
            List<String> names =
                    Stream.concat(ODD.stream(), Stream.of("n", "o", "p", "q", "r"))
                            .limit(classes)
                            .toList();
            ClassificationTally tally = new ClassificationTally(names);
            for (int label = 0; label < classes; label++) {
                float[] logits = new float[classes];
                logits[(label + 1) % classes] = 3;
                tally.add(label, logits);
            }
            StringWriter text = new StringWriter();
            FiguresText.print(new PrintWriter(text), tally.figures());
            assertThat(text.toString().lines()).noneMatch(line -> line.equals("b"));
            assertThat(text.toString()).contains("a\\nb").doesNotContain("\t", "\u001b");
        }
    }
}
