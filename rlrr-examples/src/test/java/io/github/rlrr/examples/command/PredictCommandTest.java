package io.github.rlrr.examples.command;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.prediction.ImageFiles;
import io.github.rlrr.examples.prediction.PredictionCsv;
import io.github.rlrr.examples.prediction.PredictionFile;
import io.github.rlrr.task.SingleLabel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labelling whole folders. */
class PredictCommandTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path temporary;

    private Path images;
    private Path csv;

    /** Seven images, one of them deeper and one with a name that has to be quoted. */
    @BeforeEach
    void copyImages() throws IOException {
        images = Files.createDirectories(temporary.resolve("images"));
        csv = temporary.resolve("new/labels.csv");
        Files.createDirectories(images.resolve("b/deep"));
        Files.createDirectories(images.resolve(".hidden"));
        List<Path> bags = demo.testImages("bag", 4);
        List<Path> coats = demo.testImages("coat", 3);
        Files.copy(bags.get(0), images.resolve("z.png"));
        Files.copy(bags.get(1), images.resolve("b/deep/a.PNG"));
        Files.copy(bags.get(2), images.resolve("b/1.png"));
        Files.copy(bags.get(3), images.resolve("b/2.png"));
        Files.copy(coats.get(0), images.resolve("a, b.png"));
        Files.copy(coats.get(1), images.resolve("c.png"));
        Files.copy(coats.get(2), images.resolve("d.png"));
        Files.copy(coats.get(2), images.resolve(".hidden/x.png"));
        Files.writeString(images.resolve("notes.txt"), "no image by its name");
    }

    private CommandLine.Result predict(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("predict", "--adapter", demo.adapter()));
        Collections.addAll(arguments, more);
        return rlrr(arguments.toArray());
    }

    @Test
    void aFolderIsWalkedInOrderOfPathsIntoARowAnImage() throws IOException {
        CommandLine.Result result = predict("--csv", csv, images);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("labelled 7 of 7 images").contains(csv.toString());
        String text = Files.readString(csv);
        assertThat(text).endsWith("\r\n").startsWith("image,label,probability\r\n");
        List<String> rows = text.lines().skip(1).toList();
        assertThat(rows)
                .extracting(row -> row.replaceAll(",[a-z-]+,[0-9.E-]+$", ""))
                .containsExactly(
                        '"' + images.resolve("a, b.png").toString() + '"',
                        images.resolve("b/1.png").toString(),
                        images.resolve("b/2.png").toString(),
                        images.resolve("b/deep/a.PNG").toString(),
                        images.resolve("c.png").toString(),
                        images.resolve("d.png").toString(),
                        images.resolve("z.png").toString());
    }

    @Test
    void imagesInBatchesHaveTheProbabilitiesTheyHaveAlone() throws IOException {
        assertThat(predict("--csv", csv, "--all", "--batch-size", 3, images).exitCode()).isZero();
        List<String> lines = Files.readAllLines(csv);
        String[] header = lines.get(0).split(",", -1);
        assertThat(header).hasSize(13).startsWith("image", "label", "probability", "ankle-boot");
        // The first has a comma in its name.
        for (String line : lines.subList(2, lines.size())) {
            String[] row = line.split(",", -1);
            JsonObject alone =
                    JsonParser.parseString(predict("--json", row[0]).out()).getAsJsonObject();
            assertThat(row[1]).isEqualTo(alone.get("label").getAsString());
            JsonObject probabilities = alone.getAsJsonObject("probabilities");
            double sum = 0;
            for (int i = 3; i < 13; i++) {
                double probability = Double.parseDouble(row[i]);
                sum += probability;
                assertThat(probability)
                        .isCloseTo(probabilities.get(header[i]).getAsDouble(), within(1e-6));
            }
            assertThat(sum).isCloseTo(1, within(1e-12));
            assertThat(Double.parseDouble(row[2]))
                    .isCloseTo(probabilities.get(row[1]).getAsDouble(), within(1e-6));
        }
    }

    @Test
    void anUnreadableImageIsReportedAndLeftOutAndTheOthersAreLabelled() throws IOException {
        Files.writeString(images.resolve("b/1.png"), "not an image");
        CommandLine.Result result = predict("--csv", csv, images);
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("rlrr: left out: " + images.resolve("b/1.png"));
        assertThat(result.out()).contains("labelled 6 of 7 images");
        assertThat(Files.readAllLines(csv)).hasSize(7).noneMatch(row -> row.contains("1.png"));

        assertThat(predict("--csv", csv, "--skip-unreadable", 0.1, images).exitCode())
                .as("one of seven is more than a tenth")
                .isEqualTo(Fault.EXIT_CODE);
        assertThat(predict("--csv", csv, "--skip-unreadable", 0.2, images).exitCode()).isZero();
    }

    @Test
    void filesAndFoldersMayBeMixedAndEachIsLabelledOnce() {
        Path first = images.resolve("z.png");
        CommandLine.Result result = predict("--json", first, images.resolve("b"), first);
        assertThat(result.out().lines())
                .extracting(
                        line ->
                                JsonParser.parseString(line)
                                        .getAsJsonObject()
                                        .get("image")
                                        .getAsString())
                .containsExactly(
                        first.toString(),
                        images.resolve("b/1.png").toString(),
                        images.resolve("b/2.png").toString(),
                        images.resolve("b/deep/a.PNG").toString());
    }

    @Test
    void whatCannotBeDoneIsSaidBeforeAnyWork() {
        CommandLine.Result empty = predict(images.resolve(".hidden").resolve(".."), "--all");
        assertThat(empty.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(empty.err()).contains("--csv FILE");
        assertThat(predict(Objects.requireNonNull(images.resolve("b")), "--batch-size", 0).err())
                .contains("--batch-size is 0");
        assertThat(predict(images, "--skip-unreadable", 2).err())
                .contains("--skip-unreadable is 2.0");
    }

    @Test
    void aFolderWithoutImagesIsAFault() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("none"));
        Files.writeString(folder.resolve("a.txt"), "x");
        CommandLine.Result result = predict("--csv", csv, folder);
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err()).contains("no images").contains("png");
        assertThat(csv).doesNotExist();
    }

    @Test
    void aMergedFolderLabelsAsTheAdapterDoesAndNeedsNoBase() throws IOException {
        Path model = temporary.resolve("model");
        assertThat(rlrr("merge", "--adapter", demo.adapter(), "--out", model).exitCode()).isZero();
        assertThat(predict("--csv", csv, "--all", images).exitCode()).isZero();
        Path other = temporary.resolve("other.csv");
        CommandLine.Result result =
                rlrr("predict", "--model", model, "--csv", other, "--all", images);
        assertThat(result.exitCode()).as(result.err()).isZero();
        List<String> expected = Files.readAllLines(csv);
        List<String> actual = Files.readAllLines(other);
        assertThat(actual).hasSameSizeAs(expected);
        assertThat(actual.get(0)).isEqualTo(expected.get(0));
        for (int i = 2; i < expected.size(); i++) { // the first image has a comma in its name
            String[] fields = actual.get(i).split(",", -1);
            String[] fieldsExpected = expected.get(i).split(",", -1);
            assertThat(fields[1]).isEqualTo(fieldsExpected[1]);
            for (int f = 2; f < fields.length; f++) {
                assertThat(Double.parseDouble(fields[f]))
                        .isCloseTo(Double.parseDouble(fieldsExpected[f]), within(1e-5));
            }
        }
        assertThat(rlrr("predict", "--model", model, "--half-weights", images).err())
                .contains("--half-weights is for the base of an adapter; --model is a whole model");
        assertThat(rlrr("predict", images).err()).contains("--adapter").contains("--model");
    }

    /** The part that an unfinished run leaves: its first lines, and some bytes of the next. */
    private Path interrupted(int lines, int more) throws IOException {
        predict("--csv", csv, "--batch-size", 2, images);
        String whole = Files.readString(csv);
        int end = 0;
        for (int i = 0; i < lines; i++) {
            end = whole.indexOf("\r\n", end) + 2;
        }
        Files.writeString(csv, "of an earlier run");
        PredictionCsv form = new PredictionCsv(SingleLabel.USUAL, demo.classNames(), false, false);
        List<Path> files = ImageFiles.of(List.of(images)).files();
        List<Object> settings = List.of(false, 2, false);
        try (PredictionFile part =
                PredictionFile.open(csv, form, files, demo.adapter(), settings)) {
            assertThat(part.done()).isZero();
        }
        Path part;
        try (Stream<Path> beside = Files.list(Objects.requireNonNull(csv.getParent()))) {
            part = beside.filter(p -> p.toString().endsWith(".part")).findFirst().orElseThrow();
        }
        Files.writeString(part, whole.substring(0, end + more));
        return part;
    }

    @ParameterizedTest
    @CsvSource({"5, 17, 4", "5, 0, 4", "2, 3, 1", "1, 5, 0", "0, 3, 0"})
    void aRunThatWasKilledGoesOnWhereItWas(int lines, int more, int done) throws IOException {
        Path part = interrupted(lines, more);
        CommandLine.Result result = predict("--csv", csv, "--batch-size", 2, images);
        assertThat(result.exitCode()).as(result.err()).isZero();
        if (done > 0) {
            assertThat(result.err()).contains("going on after " + done + " of 7 images");
        } else {
            assertThat(result.err()).doesNotContain("going on");
        }
        assertThat(result.out()).contains("labelled 7 of 7 images");
        String resumed = Files.readString(csv);
        assertThat(part).doesNotExist();
        Files.delete(csv);
        assertThat(predict("--csv", csv, "--batch-size", 2, images).exitCode()).isZero();
        // The batches after the interruption are others, so the last digits may be.
        assertThat(resumed.replaceAll("[0-9.E-]+\r", "\r"))
                .isEqualTo(Files.readString(csv).replaceAll("[0-9.E-]+\r", "\r"));
    }

    @Test
    void otherImagesOrSettingsStartAnew() throws IOException {
        Path part = interrupted(4, 0);
        assertThat(predict("--csv", csv, "--batch-size", 3, images).err())
                .doesNotContain("going on");
        Files.copy(images.resolve("z.png"), images.resolve("zz.png"));
        assertThat(predict("--csv", csv, "--batch-size", 2, images).err())
                .doesNotContain("going on");
        assertThat(Files.readAllLines(csv)).hasSize(9);
        assertThat(part).exists();
    }

    @Test
    void unreadableImagesBeforeTheInterruptionCount() throws IOException {
        Files.writeString(images.resolve("b/1.png"), "not an image");
        interrupted(4, 0);
        CommandLine.Result result = predict("--csv", csv, "--batch-size", 2, images);
        assertThat(result.err()).contains("going on after 4 of 7 images");
        assertThat(result.out()).contains("labelled 6 of 7 images");
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(Files.readAllLines(csv)).hasSize(7);
    }

    @Test
    void anotherProcessAtTheSameFileIsRefused() throws IOException {
        PredictionCsv form = new PredictionCsv(SingleLabel.USUAL, demo.classNames(), false, false);
        List<Path> files = ImageFiles.of(List.of(images)).files();
        List<Object> settings = List.of(false, 32, false);
        PredictionFile held = PredictionFile.open(csv, form, files, demo.adapter(), settings);
        try {
            assertThat(predict("--csv", csv, images).err())
                    .contains("this process is writing " + csv);
        } finally {
            held.close();
        }
        assertThat(predict("--csv", csv, images).exitCode()).isZero();
    }
}
