package io.github.rlrr.examples.option;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists in place of a folder a class. */
class DataOptionsTest {

    private final DemoModel demo = DemoModel.get();
    @TempDir Path root;

    @Test
    void trainsOnListsAndFewShotsAndEvaluatesOnTheTestList() throws IOException {
        list("train800.txt", 0, 8);
        list("val200.txt", 8, 3);
        list("test.txt", 11, 5);
        Path out = root.resolve("out");

        CommandLine.Result run =
                rlrr(
                        "finetune",
                        "--data",
                        root,
                        "--shots",
                        4,
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        out,
                        "--epochs",
                        1);

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("8 training, 6 validation and 10 test images in 2 classes");
        CommandLine.Result evaluated =
                rlrr("evaluate", "--adapter", out.resolve("adapter"), "--data", root, "--json");
        assertThat(evaluated.out()).contains("\"images\": 10");
    }

    @Test
    void reportsABadLineAndBadShotsInOneLine() throws IOException {
        list("train800.txt", 0, 2);
        Files.writeString(root.resolve("val200.txt"), "images/none.png 1");

        CommandLine.Result missing = rlrr("finetune", "--data", root, "--checkpoint", Bundled.VIT);
        CommandLine.Result shots =
                rlrr("finetune", "--data", root, "--shots", 0, "--checkpoint", Bundled.VIT);

        assertThat(missing.exitCode()).isNotZero();
        assertThat(missing.err().strip().lines()).hasSize(1);
        assertThat(missing.err())
                .contains("1 bad line in the lists of images: val200.txt:1: no file");
        assertThat(shots.err()).contains("--shots is 0, expected at least 1");
    }

    @Test
    void leavesOutUnreadableImagesOfAListWhereThatIsAllowed() throws IOException {
        list("train800.txt", 0, 4);
        list("val200.txt", 4, 2);
        Path damaged =
                root.resolve(Files.readString(root.resolve("train800.txt")).split("\\s+", -1)[4]);
        Files.writeString(damaged, "no image");

        CommandLine.Result refused = finetuneSkipping(0.1);
        CommandLine.Result skipped = finetuneSkipping(0.2);

        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err().strip().lines()).hasSize(1);
        assertThat(refused.err()).contains("1 of 8 images cannot be read: [" + damaged);
        assertThat(skipped.err()).isEmpty();
        assertThat(skipped.out()).contains("7 training, 4 validation and 0 test images");
    }

    private CommandLine.Result finetuneSkipping(double share) {
        return rlrr(
                "finetune",
                "--data",
                root,
                "--skip-unreadable",
                share,
                "--checkpoint",
                Bundled.VIT,
                "--out",
                root.resolve("out"),
                "--epochs",
                1);
    }

    /** Writes a list of so many bags and coats from a position on, and copies them. */
    private void list(String name, int from, int count) throws IOException {
        List<String> lines = new ArrayList<>();
        List<String> classes = List.of("bag", "coat");
        for (String label : classes) {
            for (Path image : demo.testImages(label, from + count).subList(from, from + count)) {
                Path copy = root.resolve("images").resolve(label + image.getFileName());
                Files.createDirectories(copy.getParent());
                Files.copy(image, copy);
                lines.add("images/" + copy.getFileName() + " " + classes.indexOf(label));
            }
        }
        Files.write(root.resolve(name), lines);
    }
}
