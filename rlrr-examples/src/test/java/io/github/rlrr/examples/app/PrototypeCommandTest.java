package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.inference.ImageClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rlrr prototype} on the bundled images. */
class PrototypeCommandTest {

    @TempDir private Path folder;

    private static Path images() {
        return DemoModel.get().images();
    }

    /** The images without those of bags. */
    private Path withoutBags() throws IOException {
        Path nine = folder.resolve("nine");
        try (Stream<Path> files = Files.walk(images())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = nine.resolve(images().relativize(file));
                if (!to.getParent().endsWith("bag")) {
                    Files.createDirectories(to.getParent());
                    Files.copy(file, to);
                }
            }
        }
        return nine;
    }

    private static CommandLine.Result rlrr(Object... arguments) {
        CommandLine.Result result = CommandLine.rlrr(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    @Test
    void aClassIsAddedFromItsImagesAndServed() throws IOException {
        Path nine = folder.resolve("p9");
        String said = rlrr("prototype", "--data", withoutBags(), "--out", nine).out();
        assertThat(said)
                .contains("prototypes of 9 classes from 720 images")
                .containsPattern(
                        "validation 180 images: nearest prototype 5\\d\\.\\d\\d %, 5 nearest")
                .contains("adapter   " + nine.resolve("adapter"));

        Path ten = folder.resolve("p10");
        Path bags = images().resolve("train/bag");
        assertThat(
                        rlrr(
                                        "prototype",
                                        "--add-to",
                                        nine.resolve("adapter"),
                                        "--data",
                                        bags,
                                        "--out",
                                        ten)
                                .out())
                .contains("bag from 80 images is one of 10 classes now");
        Path model = folder.resolve("model");
        rlrr("merge", "--adapter", ten.resolve("adapter"), "--out", model);

        // All at once gives the same classifier but for the order and the sharpness.
        Path whole = folder.resolve("whole");
        rlrr("prototype", "--data", images(), "--out", whole);
        try (ImageClassifier added = ImageClassifier.open(model);
                Stream<Path> files = Files.walk(images().resolve("val"));
                ImageClassifier atOnce =
                        ImageClassifier.builder().base(bundled()).open(whole.resolve("adapter"))) {
            assertThat(added.classNames()).hasSize(10).endsWith("bag");
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(added.classify(ImageSource.of(file)).best().name())
                        .as(file.toString())
                        .isEqualTo(atOnce.classify(ImageSource.of(file)).best().name());
            }
        }
    }

    private static Path bundled() throws IOException {
        return Bundled.vit();
    }

    @Test
    void whatCannotBeAddedIsOneLine() {
        Path bags = images().resolve("train/bag");
        CommandLine.Result there =
                CommandLine.rlrr(
                        "prototype",
                        "--add-to",
                        DemoModel.get().adapter(),
                        "--data",
                        bags,
                        "--out",
                        folder.resolve("a"));
        CommandLine.Result trained =
                CommandLine.rlrr(
                        "prototype",
                        "--add-to",
                        DemoModel.get().adapter(),
                        "--class",
                        "other",
                        "--data",
                        bags,
                        "--out",
                        folder.resolve("a"));

        assertThat(there.exitCode()).isEqualTo(1);
        assertThat(there.err()).contains("the class bag is in").hasLineCount(1);
        assertThat(trained.exitCode()).isEqualTo(1);
        assertThat(trained.err())
                .contains("is of the method rlrr, expected an adapter of rlrr prototype")
                .hasLineCount(1);
    }
}
