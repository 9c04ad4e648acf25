package io.github.rlrr.examples.benchmark;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.examples.output.Folders;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods side by side on real images, few of them. */
class CompareCommandTest {

    private static final List<String> CLASSES = List.of("bag", "sandal");

    @TempDir private Path temporary;

    private Path clothes;
    private Path out;

    /** Of each class 12 images to train on, 4 to choose by, 6 for the test. */
    @BeforeEach
    void copy() throws IOException {
        clothes = temporary.resolve("clothes");
        out = temporary.resolve("out");
        for (String name : CLASSES) {
            copy("train", name, 12);
            copy("val", name, 4);
            copy("test", name, 6);
        }
    }

    private void copy(String part, String name, int count) throws IOException {
        Path to = Files.createDirectories(clothes.resolve(part).resolve(name));
        Path from = DemoModel.get().images().resolve(part).resolve(name);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.sorted().limit(count).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private CommandLine.Result compare(Object... more) {
        List<Object> arguments =
                new ArrayList<>(
                        List.of(
                                "compare",
                                "--checkpoint",
                                Bundled.VIT,
                                "--out",
                                out,
                                "--batch-size",
                                8));
        if (!Arrays.asList(more).contains("--epochs")) {
            arguments.addAll(List.of("--epochs", 1));
        }
        arguments.addAll(Arrays.asList(more));
        return rlrr(arguments.toArray());
    }

    @Test
    @Tag("slow")
    void methodsAreTrainedOnEachDataSetAndPutSideBySide() throws IOException {
        Path again = Files.move(clothes, temporary.resolve("more-clothes"));
        copy();
        Object[] arguments = {
            "--data",
            clothes + "," + again,
            "--methods",
            "linear-probe,rlrr:rank=2:initialisation=identity",
            "--rates",
            "0.001,0.003,0.01",
            "--seeds",
            2
        };
        CommandLine.Result result = compare(arguments);

        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonObject json =
                JsonParser.parseString(Files.readString(out.resolve("compare.json")))
                        .getAsJsonObject();
        assertThat(json.get("data").toString()).isEqualTo("[\"clothes\",\"more-clothes\"]");
        JsonArray methods = json.getAsJsonArray("methods");
        assertThat(methods).hasSize(2);
        // 128 inputs and 2 classes.
        assertThat(methods.get(0).getAsJsonObject().get("trainable").getAsLong())
                .isEqualTo(128 * 2 + 2);
        JsonObject cell =
                methods.get(1)
                        .getAsJsonObject()
                        .getAsJsonObject("cells")
                        .getAsJsonObject("more-clothes");
        assertThat(cell.get("runs").getAsInt()).isEqualTo(2);
        assertThat(cell.get("mean").getAsDouble()).isBetween(0.0, 100.0);
        assertThat(cell.get("deviation").getAsDouble()).isNotNegative();
        assertThat(cell.get("learning_rate").getAsDouble()).isIn(0.001, 0.003, 0.01);
        assertThat(cell.get("at_end").getAsBoolean())
                .isEqualTo(cell.get("learning_rate").getAsDouble() != 0.003);
        String table = Files.readString(out.resolve("compare.md"));
        assertThat(result.out()).contains(table);
        assertThat(table)
                .containsPattern(
                        "\\| rlrr:rank=2:initialisation=identity +\\| +[\\d,]+ \\| +\\d+ \\|"
                                + " +[\\d.]+ ± [\\d.]+ \\|");
        BufferedImage picture = ImageIO.read(out.resolve("compare.png").toFile());
        assertThat(picture.getWidth()).isEqualTo(2 * picture.getHeight() * 620 / 460);

        CommandLine.Result repeated = compare(arguments);
        assertThat(repeated.out())
                .contains("clothes seed 1 validated   done before", table)
                .doesNotContain("trial");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--methods rlrr,tuning | method is \"tuning\", expected one of",
                "--methods lora:rnk=2 | rnk",
                "--methods rlrr,rlrr | --methods names rlrr twice",
                "--rates 0.1,0.1 | expected each once",
                "--seeds 0 | --seeds is 0, expected at least 1",
                "--epochs 0 | epochs is 0, expected a whole number of at least 1"
            })
    void wrongOptionsAreRefusedBeforeAnythingIsTrained(String options, String message) {
        List<Object> arguments = new ArrayList<>(List.of("--data", clothes));
        arguments.addAll(Arrays.asList(options.split(" ")));
        CommandLine.Result result = compare(arguments.toArray());
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains(message);
        assertThat(out).doesNotExist();
    }

    @Test
    void imagesWithoutATestAreRefused() throws IOException {
        Folders.delete(clothes.resolve("test"));
        CommandLine.Result result = compare("--data", clothes);
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("no images for the test, expected a folder test");
    }
}
