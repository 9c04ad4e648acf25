package io.github.rlrr.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.Classification;
import io.github.rlrr.vit.inference.ImageClassifier;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four tasks at a time, each tried three times, in this JVM. */
class SparkPredictTest {

    private static final int PARTITIONS = 6;
    private static final int BATCH_SIZE = 3;

    @TempDir private static Path folder;
    private static SparkSession spark;
    private static String model;
    private static List<String> images;

    @TempDir private Path scratch;

    @BeforeAll
    static void open() throws IOException {
        spark =
                SparkSession.builder()
                        .master("local[4,3]")
                        .config("spark.ui.enabled", "false")
                        .config("spark.driver.host", "localhost")
                        .config("spark.sql.warehouse.dir", folder.resolve("sql").toString())
                        .getOrCreate();
        model = TinyModel.write(folder.resolve("model")).toString();
        images = SparkPredict.images(TestImages.write(folder.resolve("images")));
    }

    @AfterAll
    static void close() {
        spark.stop();
    }

    private static LabelImages labelImages(String folder) {
        return new LabelImages(
                new JavaSparkContext(spark.sparkContext()).broadcast(folder), BATCH_SIZE);
    }

    private Path write(MapPartitionsFunction<String, Row> function) throws IOException {
        Path output = scratch.resolve("labels");
        SparkPredict.write(spark, images, PARTITIONS, function, output.toString());
        return output;
    }

    /** Every image once and in order, with the answer that a classifier of this test's gives. */
    private static void assertAsOneProcessSays(Path output) throws IOException {
        assertThat(output.resolve("_SUCCESS")).exists();
        assertThat(CsvParts.files(output)).hasSize(PARTITIONS);
        List<List<String>> rows = CsvParts.rows(output);
        assertThat(rows).extracting(row -> row.get(0)).isEqualTo(images);
        Set<String> seen = new HashSet<>();
        int readable = 0;
        try (ImageClassifier classifier = ImageClassifier.open(Path.of(model))) {
            for (List<String> row : rows) {
                try {
                    Classification answer = classifier.classify(Path.of(row.get(0)));
                    assertThat(row.get(1)).as("%s", row).isEqualTo(answer.best().name());
                    // Other batches take other kernels, which round otherwise.
                    assertThat(Double.parseDouble(row.get(2)))
                            .as("%s", row)
                            .isCloseTo(answer.best().probability(), within(1e-5));
                    assertThat(row.get(3)).as("%s", row).isEqualTo("" + answer.accepted());
                    assertThat(row.get(4)).as("%s", row).isEmpty();
                    seen.add(row.get(1) + " " + row.get(3));
                    readable++;
                } catch (ImageDecodeException e) {
                    assertThat(row).containsExactly(row.get(0), "", "", "", e.getMessage());
                }
            }
        }
        assertThat(readable).isEqualTo(TestImages.READABLE);
        assertThat(seen)
                .as("answers, of which a model that always says the same has one")
                .hasSizeGreaterThan(2);
    }

    @Test
    void answersAreThoseOfOneProcess() throws IOException {
        assertAsOneProcessSays(write(labelImages(model)));
    }

    @Test
    void aTaskThatFailsHalfWayIsRepeatedAndLeavesNothingTwice() throws IOException {
        int times = BreaksOff.TIMES.get();
        Path output = write(new BreaksOff(labelImages(model), 2, 2, BATCH_SIZE + 1));
        assertThat(BreaksOff.TIMES.get() - times).isEqualTo(2);
        assertAsOneProcessSays(output);
    }

    @Test
    void aTaskThatAlwaysFailsLeavesNoRowOfAnyTask() throws IOException {
        Path output = scratch.resolve("labels");
        BreaksOff broken = new BreaksOff(labelImages(model), 5, 3, BATCH_SIZE + 1);
        assertThatThrownBy(() -> write(broken))
                .isInstanceOf(SparkException.class)
                .hasStackTraceContaining("broken on purpose");
        assertThat(output.resolve("_SUCCESS")).doesNotExist();
        if (Files.exists(output)) {
            assertThat(CsvParts.files(output)).isEmpty();
        }
    }

    /** What a task sees, once it has the model. */
    private record Notes(LabelImages whole) implements MapPartitionsFunction<String, Row> {

        static final Set<Integer> THREADS = ConcurrentHashMap.newKeySet();
        static final Set<String> TASKS = ConcurrentHashMap.newKeySet();

        @Override
        public Iterator<Row> call(Iterator<String> paths) {
            Iterator<Row> rows = whole.call(paths);
            THREADS.add(TorchRuntime.threads());
            TASKS.add(Thread.currentThread().getName());
            return rows;
        }
    }

    @Test
    void allTasksShareOneModelAndComputeWithTheCoresOfATask() throws IOException {
        String another = TinyModel.write(scratch.resolve("model")).toString();
        int opened = Classifiers.opened();
        write(new Notes(labelImages(another)));
        assertThat(Notes.TASKS).hasSize(PARTITIONS);
        assertThat(Classifiers.opened() - opened).isEqualTo(1);
        assertThat(Notes.THREADS).containsExactly(1);
    }

    @Test
    void aModelThatIsNoneFailsTheJobAndSaysWhy() {
        LabelImages missing = labelImages(scratch.resolve("nothing").toString());
        assertThatThrownBy(() -> write(missing)).hasStackTraceContaining("nothing");
    }

    @Test
    void severalLabelsStandInOneCell() throws IOException {
        Path folder = scratch.resolve("several");
        TinyModel.write(folder, MultiLabel.USUAL);
        List<List<String>> rows = CsvParts.rows(write(labelImages(folder.toString())));
        assertThat(rows).extracting(row -> row.get(0)).isEqualTo(images);
        int readable = 0;
        try (ImagePredictor model = ImagePredictor.open(folder)) {
            for (List<String> row : rows) {
                if (row.get(4).isEmpty()) {
                    Answer answer = model.predict(Path.of(row.get(0)));
                    assertThat(row.subList(1, 4))
                            .containsExactly(String.join("|", answer.labels()), "", "true");
                    readable++;
                }
            }
        }
        assertThat(readable).isEqualTo(TestImages.READABLE);
    }

    @Test
    void aModelThatAnswersWithNumbersFailsTheJobAndSaysWhatWritesThem() throws IOException {
        Path folder = scratch.resolve("numbers");
        List<Double> ones = Collections.nCopies(TinyModel.CLASSES.size(), 1.0);
        TinyModel.write(folder, new Regression(Regression.Loss.SQUARED, 1, ones, ones));
        assertThatThrownBy(() -> write(labelImages(folder.toString())))
                .hasStackTraceContaining(
                        "answers with numbers, which rlrr predict --csv writes; this job writes"
                                + " labels");
    }

    @Test
    void outputThatIsThereIsNeitherAddedToNorReplaced() throws IOException {
        Path mine = Files.createDirectories(scratch.resolve("labels")).resolve("mine");
        Files.writeString(mine, "text");
        assertThatThrownBy(() -> write(labelImages(model)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is there already");
        assertThat(mine).hasContent("text");
    }

    @Test
    void namesWithCommasQuotesAndLineBreaksComeBack() throws IOException {
        List<String> names = List.of(" a, b ", "the \"c\"", "d\ne", "f\\", "g\\\"", "#h", "ü");
        Path output = scratch.resolve("labels");
        SparkPredict.write(
                spark,
                names,
                2,
                paths -> {
                    List<Row> rows = new ArrayList<>();
                    paths.forEachRemaining(
                            path -> rows.add(RowFactory.create(path, path, 0.5, true, null)));
                    return rows.iterator();
                },
                output.toString());
        List<List<String>> rows =
                names.stream()
                        // The one thing that Spark's writer does not keep.
                        .map(name -> name.replace("\n", "\r\n"))
                        .map(name -> List.of(name, name, "0.5", "true", ""))
                        .toList();
        assertThat(CsvParts.rows(output)).isEqualTo(rows);
    }

    @Test
    void theListingIsThatOfTheCommandLine() throws IOException {
        Path tree = scratch.resolve("tree");
        for (String name :
                List.of("b/1.PNG", "a/2.jpeg", "a-b/3.gif", ".hidden/4.png", "b/5.txt")) {
            Path file = tree.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "");
        }
        assertThat(SparkPredict.images(tree))
                .containsExactly(
                        tree.resolve("a-b/3.gif").toString(),
                        tree.resolve("a/2.jpeg").toString(),
                        tree.resolve("b/1.PNG").toString());
        assertThatThrownBy(() -> SparkPredict.images(Files.createDirectory(scratch.resolve("no"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no images");
    }
}
