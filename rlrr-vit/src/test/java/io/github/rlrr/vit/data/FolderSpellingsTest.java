package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.data.ListedImages.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FolderSpellingsTest {

    private static final String COMPOSED = "caf\u00e9";
    private static final String DECOMPOSED = "cafe\u0301";

    @TempDir Path root;

    @ParameterizedTest
    @CsvSource({
        "Train,Val,Test",
        "TRAIN,VAL,TEST",
        "training,validation,testing",
        "train,dev,test",
        "train,Eval,Testing",
        "seg_train,seg_dev,seg_test",
        "train_set,valid_set,test_set",
        "train-images,val-images,test-images",
        "x_train,x_val,x_test",
        "TrainSet,ValSet,TestSet",
        "train2017,val2017,test2017",
        "train data,valid data,test data"
    })
    void partsAreRecognisedInWhateverSpelling(String train, String val, String test)
            throws IOException {
        part(train, 3, "a", "b");
        part(val, 2, "a", "b");
        part(test, 1, "a", "b");

        ImageSplits splits = ImageFolder.splits(root, 1);

        assertThat(splits.train().classNames()).containsExactly("a", "b");
        assertThat(splits.train().size()).isEqualTo(6);
        assertThat(splits.validation().size()).isEqualTo(4);
        assertThat(splits.test().size()).isEqualTo(2);
        assertThat(ImageFolder.evaluated(root)).isEqualTo(splits.test());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "trainval",
                "train_val",
                "latest",
                "contest",
                "strain",
                "device",
                "rain",
                "trainer",
                "value",
                "tester",
                "pretrain",
                "3",
                ""
            })
    void otherWordsAreNoParts(String name) {
        assertThat(Parts.of(name)).isNull();
    }

    @Test
    void valuesOfAColumnAreRecognisedToo() {
        assertThat(Parts.of(" Training ")).isEqualTo(Part.TRAIN);
        assertThat(Parts.of("dev")).isEqualTo(Part.VALIDATION);
        assertThat(Parts.of("Testing")).isEqualTo(Part.TEST);
    }

    @Test
    void twoFoldersForOnePartAreRefused() throws IOException {
        part("train", 2, "a", "b");
        part("test", 1, "a");
        part("seg_test", 1, "a");

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessage(root + ": found [seg_test, test]; expected one of them only");
    }

    @Test
    void aFolderOfTheSameClassesWithoutTheNameOfAPartIsRefused() throws IOException {
        part("train", 2, "a", "b");
        part("holdout", 1, "a", "b");

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessageStartingWith(
                        root
                                + ": the folder holdout has classes of [train] in it, but not the"
                                + " name of a part; expected train, val and test");
    }

    @Test
    void aTestFolderWithClassesIsNoClassWhereTheTrainingFolderIsNotRecognised() throws IOException {
        part("entrainement", 2, "a", "b");
        part("Test", 1, "a", "b");

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessage(
                        root
                                + ": found [Test]; expected a folder train beside it, or other names"
                                + " for folders that are classes");
    }

    @Test
    void partsBelowAClassAreRefused() throws IOException {
        part("cat", 2, "train", "test");
        part("dog", 2, "train", "test");

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessageContaining("the class folder cat has the parts [test, train] in it;");
    }

    @Test
    void foldersNamedAsPartsThatHoldOnlyImagesAreClassesBesideOthers() throws IOException {
        part(".", 3, "bus", "car", "train", "test");

        assertThat(ImageFolder.splits(root, 1).train().classNames())
                .containsExactly("bus", "car", "test", "train");
        assertThat(ImageFolder.evaluated(root).size()).isEqualTo(12);
    }

    @Test
    void measuringRefusesPartsWithoutATest() throws IOException {
        part("train", 2, "a", "b");
        part("val", 1, "a", "b");

        assertThatThrownBy(() -> ImageFolder.evaluated(root))
                .hasMessageStartingWith(root + ": no folder test beside train; expected one");
    }

    @Test
    void aClassIsTheSameInBothUnicodeForms() throws IOException {
        part("train", 3, COMPOSED, "green");
        part("val", 2, DECOMPOSED, "green");

        ImageSplits splits = ImageFolder.splits(root, 1);

        assertThat(splits.train().classNames()).containsExactly(COMPOSED, "green");
        assertThat(splits.validation().size()).isEqualTo(4);
    }

    @Test
    void adaptersWithDecomposedNamesStillMatch() throws IOException {
        part(".", 2, COMPOSED, "green");

        ImageListing listing = ImageFolder.scan(root).relabelled(List.of("green", DECOMPOSED));

        assertThat(listing.entries())
                .extracting(ImageListing.Entry::label)
                .containsExactly(1, 1, 0, 0);
    }

    @Test
    void markedFoldersAreNeitherClassesNorImages() throws IOException {
        part(".", 2, "a", "b");
        Pictures.write(root.resolve("out/flowers/curves.png"), 1);
        OutputMark.write(root.resolve("out/flowers"));
        Pictures.write(root.resolve("a/run/curves.png"), 1);
        OutputMark.write(root.resolve("a/run"));

        ImageListing listing = ImageFolder.scan(root);

        assertThat(listing.classNames()).containsExactly("a", "b");
        assertThat(listing.size()).isEqualTo(4);
    }

    @Test
    void runsOfEarlierVersionsAreKnownByWhatTheyHold() throws IOException {
        part(".", 2, "a", "b");
        Pictures.write(root.resolve("out/flowers/curves.png"), 1);
        Files.writeString(root.resolve("out/flowers/metrics.jsonl"), "{}");
        Files.createDirectories(root.resolve("out/flowers/adapter"));

        assertThat(ImageFolder.scan(root).classNames()).containsExactly("a", "b");
    }

    @Test
    void partsBesideResultsStayParts() throws IOException {
        part("train", 2, "a", "b");
        OutputMark.write(root.resolve("out/run"));

        assertThat(ImageFolder.splits(root, 1).train().classNames()).containsExactly("a", "b");
    }

    private void part(String folder, int count, String... classes) throws IOException {
        for (String name : classes) {
            Pictures.fill(root.resolve(folder).resolve(name).normalize(), count);
        }
    }
}
