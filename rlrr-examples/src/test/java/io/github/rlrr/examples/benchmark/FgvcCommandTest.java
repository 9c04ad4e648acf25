package io.github.rlrr.examples.benchmark;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FGVC's recipes on a miniature of it, with the bundled model. */
class FgvcCommandTest {

    @TempDir private Path temporary;

    /** Turns VTAB-1k's lists into FGVC's, images below the given folder. */
    private Path fgvc(String task, String images) throws IOException {
        Path folder = new MiniatureVtab(temporary, task).root().resolve(task);
        for (List<String> names :
                List.of(
                        List.of("train800.txt", "train.json"),
                        List.of("val200.txt", "val.json"),
                        List.of("test.txt", "test.json"))) {
            Path list = folder.resolve(names.get(0));
            List<String> pairs =
                    Files.readAllLines(list).stream()
                            .map(line -> line.replaceFirst("images/(.*) (\\d)", "\"$1\": 1$2"))
                            .toList();
            Files.writeString(folder.resolve(names.get(1)), "{" + String.join(", ", pairs) + "}");
            Files.delete(list);
        }
        Files.delete(folder.resolve("train800val200.txt"));
        Files.move(folder.resolve("images"), folder.resolve("moved"));
        Files.move(folder.resolve("moved"), folder.resolve(images));
        return folder;
    }

    @Test
    void bothRecipesTrainAndTheirResultsAreKeptApart() throws IOException {
        fgvc("CUB_200_2011", "images");
        fgvc("StanfordDogs", "Images");
        Path out = temporary.resolve("out");
        Object[] common = {
            "fgvc",
            "--root",
            temporary,
            "--checkpoint",
            Bundled.VIT,
            "--out",
            out,
            "--tasks",
            "CUB_200_2011,StanfordDogs",
            "--protocol",
            "published",
            "--epochs",
            3,
            "--recipe",
            "plain"
        };
        CommandLine.Result plain = rlrr(common);
        common[common.length - 1] = "augmented";
        CommandLine.Result augmented = rlrr(common);

        assertThat(plain.err()).isEmpty();
        assertThat(plain.exitCode()).as(plain.out()).isZero();
        assertThat(augmented.exitCode()).as(augmented.out()).isZero();
        assertThat(plain.out())
                .containsPattern("CUB_200_2011( +\\d+\\.\\d\\d){2} +89\\.30 +89\\.80")
                .containsPattern("mean of 5 tasks +- +- +90\\.50")
                .doesNotContain("groups");
        assertThat(augmented.out()).contains("fgvc augmented: rlrr on bundled:vit-cifar10");
        try (var files = Files.walk(out)) {
            List<Path> metrics = files.filter(f -> f.endsWith("metrics.jsonl")).sorted().toList();
            assertThat(metrics).hasSize(4);
            // Warm restarts begin at the peak rate, which is each set's own.
            assertThat(rates(metrics.get(0))).startsWith(0.003, 0.003);
            assertThat(rates(metrics.get(1))).startsWith(0.0001, 0.0001);
        }
        try (var files = Files.walk(out)) {
            Path config =
                    files.filter(f -> f.endsWith("adapter_config.json")).findFirst().orElseThrow();
            assertThat(Files.readString(config)).contains("\"bilinear\"", "\"squash\"");
        }
    }

    private static List<Double> rates(Path metrics) throws IOException {
        return Files.readAllLines(metrics).stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .map(line -> line.get("learning_rate").getAsDouble())
                .toList();
    }

    @Test
    void aCheckReadsTheJsonLists() throws IOException {
        Path flowers = fgvc("OxfordFlowers", "jpg");
        Files.move(flowers.resolve("jpg"), flowers.resolve("images"));
        CommandLine.Result result =
                rlrr("fgvc", "--check", temporary, "--tasks", "OxfordFlowers,StanfordCars");
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.out().lines())
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .startsWith("OxfordFlowers ")
                                        .contains("the training list has 12 images, expected 1020")
                                        .contains("3 classes, expected 102")
                                        .doesNotContain("labels"),
                        line -> assertThat(line).contains("BAD  no folder"));
    }
}
