package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of several labels an image and of numbers, in each layout. */
class TargetListsTest {

    private static final Question LABELS = new Question("multi-label", List.of(), List.of());
    private static final Question NUMBERS = new Question("regression", List.of(), List.of());

    @TempDir Path root;

    private static Question numbers(String... columns) {
        return new Question("regression", List.of(columns), List.of());
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void images(String... names) throws IOException {
        for (String name : names) {
            write(name, "not opened");
        }
    }

    private ImageSplits splits(Question question) throws IOException {
        return DataLayout.of(root, question).splits(root, 0, ListedPaths.IN_FOLDER, question);
    }

    private static List<String> told(ImageListing listing) {
        return listing.entries().stream()
                .map(e -> e.path().getFileName() + " " + e.target())
                .toList();
    }

    private void parts(String train, String validation) throws IOException {
        images("a.png", "b.png", "c.png", "d.png");
        write("train.csv", train);
        write("val.csv", validation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"|", ";"})
    void labelsStandInOneColumn(String between) throws IOException {
        parts(
                "path,label\na.png,red~dog\nb.png, dog ~ cat \nc.png,\n".replace("~", between),
                "path,label\nd.png,~\na.png,cat\n".replace("~", between));
        ImageSplits splits = splits(LABELS);
        assertThat(splits.train().task()).isEqualTo("multi-label");
        assertThat(splits.train().classNames()).containsExactly("cat", "dog", "red");
        assertThat(told(splits.train()))
                .containsExactly(
                        "a.png [0.0, 1.0, 1.0]", "b.png [1.0, 1.0, 0.0]", "c.png [NaN, NaN, NaN]");
        assertThat(told(splits.validation()))
                .containsExactly("d.png [0.0, 0.0, 0.0]", "a.png [1.0, 0.0, 0.0]");
    }

    @ParameterizedTest
    @CsvSource({
        "red|dog, dog, dog|cat, cat, multi-label",
        "red;dog, dog, dog;cat, red, multi-label",
        "red|dog, cat, cow, cow, single-label",
        "red, dog, cat, cat, single-label"
    })
    void severalLabelsAreSeenWhereThereIsNoDoubt(
            String a, String b, String c, String d, String task) throws IOException {
        parts(
                "path,label\na.png," + a + "\nb.png," + b + "\nc.png," + c + "\n",
                "path,label\nd.png," + d + "\n");
        assertThat(splits(Question.ANY).train().task()).isEqualTo(task);
        assertThat(splits(new Question("single-label", List.of(), List.of())).train().task())
                .isEqualTo("single-label");
    }

    @Test
    void eachLabelHasAColumn() throws IOException {
        parts("path,dog,cat\na.png,1,0\nb.png,,1.0\nc.png,true,\n", "cat,path,dog\n1,d.png,0\n");
        for (Question question :
                List.of(
                        LABELS,
                        Question.ANY,
                        Question.of("multi-label", List.of("dog", "cat")),
                        new Question("multi-label", List.of("dog", "cat"), List.of()))) {
            ImageSplits splits = splits(question);
            assertThat(splits.train().classNames()).containsExactly("dog", "cat");
            assertThat(told(splits.train()))
                    .containsExactly("a.png [1.0, 0.0]", "b.png [NaN, 1.0]", "c.png [1.0, NaN]");
        }
        assertThat(splits(new Question(null, List.of("cat", "dog"), List.of())).train().task())
                .isEqualTo("multi-label");
    }

    @Test
    void columnsInAnotherOrderInAnotherListAreFoundByName() throws IOException {
        parts("path,dog,cat\na.png,1,0\nb.png,0,1\n", "cat,path,dog\n1,d.png,0\n");
        Question asked = new Question("multi-label", List.of("dog", "cat"), List.of());
        assertThat(told(splits(asked).validation())).containsExactly("d.png [0.0, 1.0]");
        assertThat(told(splits(LABELS).validation())).containsExactly("d.png [0.0, 1.0]");
    }

    @Test
    void besideClassFoldersATableOfFlagsIsAboutSomethingElse() throws IOException {
        images("cat/a.png", "cat/b.png", "dog/a.png", "dog/b.png");
        write(
                "meta.csv",
                """
                path,indoor,night
                cat/a.png,1,0
                dog/a.png,0,1
                cat/b.png,1,0
                dog/b.png,0,1
                """);
        assertThatThrownBy(() -> splits(Question.ANY))
                .hasMessageContaining("meta.csv is not understood as a list of images");
        assertThat(splits(LABELS).train().classNames()).containsExactly("indoor", "night");
    }

    @Test
    void aCellThatIsNoFlagIsAFaultThatNamesIt() throws IOException {
        parts("path,dog,age\na.png,1,0\nb.png,0,37\n", "path,dog,age\nc.png,1,1\n");
        assertThatThrownBy(() -> splits(LABELS))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(
                        "1 bad line in the lists of images: train.csv:3: age is '37', expected 1, 0"
                                + " or an empty cell; --columns names the columns of labels");
        assertThatThrownBy(() -> splits(new Question(null, List.of("dog", "age"), List.of())))
                .hasMessageEndingWith(
                        "train.csv: the columns [dog, age] are not all 1, 0 or empty; --task says"
                                + " what they are, multi-label or regression");
    }

    @Test
    void aLabelThatNoTrainingImageHasIsAFault() throws IOException {
        parts("path,label\na.png,dog|cat\nb.png,cat\n", "path,label\nc.png,cow|cat\n");
        assertThatThrownBy(() -> splits(LABELS))
                .hasMessageEndingWith(
                        "val.csv:2: the label 'cow', which no training image has; they have [cat,"
                                + " dog]");
        assertThatThrownBy(() -> splits(Question.of("multi-label", List.of("cat", "cow"))))
                .hasMessageEndingWith(
                        "train.csv:2: the label 'dog', which the model does not know; it knows"
                                + " [cat, cow]");
    }

    @Test
    void whereNoLabelIsKnownNothingIsTrained() throws IOException {
        parts("path,label\na.png,\nb.png,\n", "path,label\nc.png,\n");
        assertThatThrownBy(() -> splits(LABELS))
                .hasMessageEndingWith(
                        ": not one label of the training images is known, expected some; an empty"
                                + " cell is one that is not known");
    }

    @Test
    void whereNothingIsKnownOfValidationImagesNothingIsTrained() throws IOException {
        parts("path,age\na.png,1\nb.png,2\n", "path,age\nc.png,\n");
        assertThatThrownBy(() -> splits(numbers("age")))
                .hasMessageEndingWith(
                        ": nothing to validate on; of no validation image anything is known, every"
                                + " cell is empty");
    }

    @Test
    void numbersStandInColumns() throws IOException {
        parts("path,x,age\na.png,7,1.5\nb.png,,-2e1\nc.png,9,\n", "age,path,x\n3,d.png,4\n");
        ImageSplits splits = splits(numbers("age", "x"));
        assertThat(splits.train().task()).isEqualTo("regression");
        assertThat(splits.train().classNames()).containsExactly("age", "x");
        assertThat(told(splits.train()))
                .containsExactly("a.png [1.5, 7.0]", "b.png [-20.0, NaN]", "c.png [NaN, 9.0]");
        assertThat(told(splits.validation())).containsExactly("d.png [3.0, 4.0]");
        assertThat(told(splits(Question.of("regression", List.of("x"))).train()))
                .containsExactly("a.png [7.0]", "b.png [NaN]", "c.png [9.0]");
    }

    @Test
    void theUsualColumnHoldsNumbersToo() throws IOException {
        parts("path,target\na.png,7\nb.png,8\n", "path,target\nd.png,4\n");
        assertThat(splits(NUMBERS).train().classNames()).containsExactly("target");
        assertThat(splits(Question.ANY).train().task()).isEqualTo("single-label");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3,5", "old", "0x1p3", "1e999", "Infinity", "7f"})
    void whatIsNoNumberIsAFaultThatNamesIt(String cell) throws IOException {
        parts("path,age\na.png,1\nb.png,\"" + cell + "\"\n", "path,age\nc.png,1\n");
        assertThatThrownBy(() -> splits(numbers("age")))
                .hasMessageEndingWith(
                        "train.csv:3: age is '"
                                + cell
                                + "', expected a number such as 3.5, or an empty cell");
    }

    @Test
    void whatCannotBeLearntIsRefused() throws IOException {
        parts("path,x,u,z\na.png,1,,2\nb.png,1,,3\n", "path,x,u,z\nc.png,2,3,4\n");
        assertThatThrownBy(() -> splits(numbers("x")))
                .hasMessageEndingWith(
                        ": x is 1.0 in every training image: there is nothing to learn; --columns"
                                + " names the columns to learn");
        assertThatThrownBy(() -> splits(numbers("z", "u")))
                .hasMessageEndingWith(
                        ": u is not known of one training image; --columns names the columns to"
                                + " learn");
        assertThatThrownBy(() -> splits(numbers("w")))
                .hasMessageEndingWith("train.csv: no column [w], it has [path, x, u, z]");
        assertThatThrownBy(() -> splits(NUMBERS))
                .hasMessageContaining(
                        ".csv: which columns hold the numbers? --columns names them; it has [path,"
                                + " x, u, z]");
    }

    @Test
    void aCsvNamesImagesOfFoldersBesideItAndTheseSayTheParts() throws IOException {
        images("train/a.png", "train/b.png", "valid/c.png", "test/d.jpg");
        write("labels.csv", "image_id,red,dog\na,1,0\nb.png,0,1\nc,1,1\nd,0,0\n");
        ImageSplits splits = splits(Question.ANY);
        assertThat(told(splits.train())).containsExactly("a.png [1.0, 0.0]", "b.png [0.0, 1.0]");
        assertThat(told(splits.validation())).containsExactly("c.png [1.0, 1.0]");
        assertThat(told(splits.test())).containsExactly("d.jpg [0.0, 0.0]");
        images("valid/a.png");
        assertThatThrownBy(() -> splits(Question.ANY)).hasMessageContaining("'a' could be any of");
    }

    private static final String COCO =
            """
            {"info": {"year": 2017}, "licenses": [],
             "images": [{"id": 1, "file_name": "a.png"}, {"file_name": "b.png", "id": 2}],
             "annotations": [
               {"image_id": 1, "category_id": 9, "segmentation": [[1.5, 2]], "bbox": [1]},
               {"image_id": 1, "category_id": 9}, {"image_id": 1, "category_id": 4}],
             "categories": [{"id": 9, "name": "dog"}, {"id": 4, "name": "cat"}]}
            """;

    @Test
    void cocosCategoriesAreLabels() throws IOException {
        images("train2017/a.png", "train2017/b.png", "val2017/a.png", "val2017/b.png");
        write("annotations/instances_train2017.json", COCO);
        write("annotations/instances_val2017.json", COCO);
        write("annotations/person_keypoints_val2017.json", COCO);
        ImageSplits splits = splits(Question.ANY);
        assertThat(splits.train().classNames()).containsExactly("cat", "dog");
        assertThat(told(splits.train())).containsExactly("a.png [1.0, 1.0]", "b.png [0.0, 0.0]");
        assertThat(splits.validation().entries().get(0).path())
                .isEqualTo(root.resolve("val2017/a.png").toAbsolutePath());
        assertThatThrownBy(() -> splits(new Question("single-label", List.of(), List.of())))
                .hasMessageEndingWith(
                        "COCO's categories are several labels an image; for the task single-label"
                                + " name a CSV");
    }

    @Test
    void cocosListsMayLieInTheFolderOfEachPart() throws IOException {
        images("train/a.png", "train/b.png", "valid/a.png", "valid/b.png");
        write("train/_annotations.coco.json", COCO);
        write(
                "valid/_annotations.coco.json",
                COCO.replace("\"id\": 4", "\"id\": 5")
                        .replace("\"category_id\": 4", "\"category_id\": 5"));
        ImageSplits splits = splits(Question.ANY);
        assertThat(told(splits.validation()))
                .containsExactly("a.png [1.0, 1.0]", "b.png [0.0, 0.0]");
        assertThat(splits.test().size()).isZero();
    }

    @Test
    void whatIsWrongInCocosListIsSaidInOneLine() throws IOException {
        images("a.png", "b.png");
        write("all.json", COCO.replace("\"category_id\": 4", "\"category_id\": 77"));
        assertThatThrownBy(() -> splits(Question.ANY))
                .hasMessageEndingWith(
                        "all.json, image 1: category 77, which is not one of the list");
        write("all.json", COCO.replace("\"id\": 2", "\"id\": 3").replace("b.png", "c.png"));
        assertThatThrownBy(() -> splits(Question.ANY))
                .hasMessageContaining("all.json, image 3: no file ");
        write("all.json", COCO.substring(0, COCO.length() / 2));
        assertThatThrownBy(() -> splits(Question.ANY))
                .hasMessageContaining("expected COCO's images, annotations and categories");
    }

    @Test
    void foldersAreOneLabelAnImage() throws IOException {
        images("cat/a.png", "cat/b.png", "dog/a.png", "dog/b.png");
        assertThatThrownBy(() -> splits(NUMBERS))
                .hasMessage(
                        root
                                + ": folders are one label an image; for the task regression name a"
                                + " CSV");
        assertThatThrownBy(() -> splits(LABELS))
                .hasMessageEndingWith(
                        "for the task multi-label name a CSV, or JSON as COCO has it");
    }

    private static ImageListing drawn(int images, int labels) {
        SplittableRandom random = new SplittableRandom(4);
        List<String> names = new ArrayList<>();
        for (int c = 0; c < labels; c++) {
            names.add("l" + c);
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            List<Double> target = new ArrayList<>();
            for (int c = 0; c < labels; c++) {
                // Label c is there once in 2 to the power of c.
                target.add(random.nextDouble() < Math.pow(0.5, c) ? 1.0 : 0.0);
            }
            entries.add(new Entry(Path.of(i + ".png"), target));
        }
        return new ImageListing("multi-label", names, entries, 0);
    }

    private static long count(ImageListing part, int label) {
        return part.entries().stream().filter(e -> e.target().get(label) == 1).count();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void rareLabelsAreOnAllSidesOfACut(long seed) {
        ImageListing all = drawn(1000, 8);
        ImageSplits splits = IterativeSplit.cut(all, seed, true);
        Set<Entry> every = new HashSet<>();
        for (ImageListing part : List.of(splits.train(), splits.validation(), splits.test())) {
            every.addAll(part.entries());
        }
        assertThat(every).hasSize(1000);
        assertThat(splits.validation().size()).isBetween(95, 105);
        assertThat(splits.test().size()).isBetween(95, 105);
        for (int label = 0; label < 8; label++) {
            long n = count(all, label);
            assertThat(n).isGreaterThan(1);
            double tenth = Math.max(1, n / 10.0);
            assertThat((double) count(splits.validation(), label)).isBetween(tenth - 2, tenth + 2);
            assertThat(count(splits.validation(), label)).isPositive();
            assertThat(count(splits.train(), label)).isPositive();
            if (n > 2) {
                assertThat(count(splits.test(), label)).isPositive();
            }
        }
        assertThat(IterativeSplit.cut(all, seed, true)).isEqualTo(splits);
        assertThat(IterativeSplit.cut(all, seed + 9, true)).isNotEqualTo(splits);
    }

    @Test
    void oneImageOfALabelIsTrainedOn() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            entries.add(new Entry(Path.of(i + ".png"), List.of(1.0, i == 7 ? 1.0 : 0.0)));
        }
        ImageListing all = new ImageListing("multi-label", List.of("a", "rare"), entries, 0);
        for (int seed = 0; seed < 20; seed++) {
            assertThat(count(IterativeSplit.cut(all, seed, true).train(), 1)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 9, 10, 14, 15, 100, 237})
    void numbersOfAllSizesAreOnAllSidesOfACut(int images) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            double value = (i * 37 % 239) / 10.0;
            entries.add(new Entry(Path.of(i + ".png"), List.of(value)));
        }
        ImageListing all = new ImageListing("regression", List.of("x"), entries, 0);
        ImageSplits splits = OrderedSplit.cut(all, 3, true);
        int validation = splits.validation().size();
        assertThat(validation).isEqualTo(Math.max(1, (images + 5) / 10));
        assertThat(splits.test().size()).isEqualTo(images < 3 ? 0 : validation);
        assertThat(splits.train().size() + validation + splits.test().size()).isEqualTo(images);
        if (images > 50) {
            double mean = mean(all);
            assertThat(mean(splits.validation())).isBetween(mean - 1, mean + 1);
        }
    }

    private static double mean(ImageListing part) {
        return part.entries().stream().mapToDouble(e -> e.target().get(0)).average().orElseThrow();
    }
}
