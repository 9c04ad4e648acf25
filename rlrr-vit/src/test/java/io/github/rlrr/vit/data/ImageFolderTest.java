package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

    @TempDir Path root;

    @Test
    void sortsClassesAndFilesByNameInWhateverOrderTheyWereMade() throws IOException {
        for (String file :
                List.of("zebra/b.png", "ant/10.png", "ant/9.png", "Bee/x.png", "ant/a/0.png")) {
            Pictures.write(root.resolve(file), 0);
        }
        Pictures.write(root.resolve("ant/a-b.png"), 0);

        ImageListing listing = ImageFolder.scan(root);

        assertThat(listing.classNames()).containsExactly("Bee", "ant", "zebra");
        assertThat(listing.entries().stream().map(this::describe))
                .containsExactly(
                        "0 Bee/x.png",
                        "1 ant/10.png",
                        "1 ant/9.png",
                        "1 ant/a-b.png",
                        "1 ant/a/0.png",
                        "2 zebra/b.png");
        assertThat(ImageFolder.scan(root)).isEqualTo(listing);
    }

    @Test
    void passesOverHiddenAndOtherFilesAndCountsThem() throws IOException {
        Pictures.fill(root.resolve("a"), 1);
        Pictures.fill(root.resolve("b"), 1);
        Pictures.write(root.resolve("b/UPPER.PNG"), 0);
        Pictures.write(root.resolve("b/.hidden.png"), 0);
        Pictures.write(root.resolve("b/.cache/x.png"), 0);
        Files.writeString(root.resolve("b/notes.txt"), "x");
        Files.writeString(root.resolve("b/png"), "x");
        Files.writeString(root.resolve("README.md"), "x");
        Files.createDirectory(root.resolve(".git"));

        ImageListing listing = ImageFolder.scan(root);

        assertThat(listing.entries().stream().map(this::describe))
                .containsExactly("0 a/000.png", "1 b/000.png", "1 b/UPPER.PNG");
        assertThat(listing.ignored()).isEqualTo(6);
    }

    @Test
    void namesAMissingFolder() {
        Path missing = root.resolve("none");

        assertThatThrownBy(() -> ImageFolder.scan(missing))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        missing
                                + ": no such folder; expected <folder>/<class>/<images>,"
                                + " with two classes or more");
    }

    @Test
    void namesAFileGivenForAFolder() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "x");

        assertThatThrownBy(() -> ImageFolder.scan(file)).hasMessageStartingWith(file + ": a file;");
    }

    @Test
    void saysThatThereAreNoClassFolders() throws IOException {
        Pictures.fill(root, 3);

        assertThatThrownBy(() -> ImageFolder.scan(root))
                .hasMessage(
                        root
                                + ": no class folders, 3 files; expected <folder>/<class>/<images>,"
                                + " with two classes or more");
    }

    @Test
    void namesClassFoldersWithoutImages() throws IOException {
        Pictures.fill(root.resolve("a"), 1);
        for (int i = 0; i < 7; i++) {
            Files.createDirectory(root.resolve("empty" + i));
        }

        assertThatThrownBy(() -> ImageFolder.scan(root))
                .hasMessageStartingWith(
                        root
                                + ": no images in class folders [empty0, empty1, empty2, empty3,"
                                + " empty4] and 2 more; found no files; expected files named bmp")
                .hasMessageEndingWith("; at least one in each, or the folder removed");
    }

    @Test
    void refusesASingleClass() throws IOException {
        Pictures.fill(root.resolve("only"), 2);

        assertThatThrownBy(() -> ImageFolder.scan(root))
                .hasMessageStartingWith(root + ": one class only, [only]; expected");
    }

    @Test
    void takesThePartsThatAreThereAndMapsClassesOnce() throws IOException {
        Pictures.fill(root.resolve("train/a"), 2);
        Pictures.fill(root.resolve("train/b"), 2);
        Pictures.fill(root.resolve("train/c"), 2);
        Pictures.fill(root.resolve("valid/c"), 1);
        Pictures.fill(root.resolve("test/b"), 1);

        ImageSplits splits = ImageFolder.splits(root, 1);

        assertThat(splits.train()).isEqualTo(ImageFolder.scan(root.resolve("train")));
        assertThat(splits.validation().entries().stream().map(this::describe))
                .containsExactly("2 valid/c/000.png");
        assertThat(splits.test().entries().stream().map(this::describe))
                .containsExactly("1 test/b/000.png");
        assertThat(splits.test().classNames()).containsExactly("a", "b", "c");
    }

    @Test
    void namesAClassThatTrainHasNot() throws IOException {
        Pictures.fill(root.resolve("train/a"), 2);
        Pictures.fill(root.resolve("train/b"), 2);
        Pictures.fill(root.resolve("val/B"), 1);

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessage(
                        "%s: found classes [B], which %s has not; expected some of [a, b]",
                        root.resolve("val"), root.resolve("train"));
    }

    @Test
    void refusesTwoValidationFoldersAndPartsWithoutTrain() throws IOException {
        Pictures.fill(root.resolve("val/a"), 1);

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessageStartingWith(root + ": found [val]; expected a folder train beside it");

        Pictures.fill(root.resolve("train/a"), 1);
        Pictures.fill(root.resolve("train/b"), 1);
        Pictures.fill(root.resolve("valid/a"), 1);

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessage(root + ": found [val, valid]; expected one of them only");
    }

    @Test
    void cutsValidationOffTrainWhereThereIsNone() throws IOException {
        Pictures.fill(root.resolve("train/a"), 20);
        Pictures.fill(root.resolve("train/b"), 10);
        Pictures.fill(root.resolve("test/b"), 1);

        ImageSplits splits = ImageFolder.splits(root, 1);

        assertThat(splits.train().size()).isEqualTo(27);
        assertThat(splits.validation().entries()).extracting(Entry::label).containsExactly(0, 0, 1);
        assertThat(splits.test().size()).isEqualTo(1);
    }

    @Test
    void takesAFolderNamedTrainForAClassBesideOtherClasses() throws IOException {
        Pictures.fill(root.resolve("train"), 3);
        Pictures.fill(root.resolve("plane"), 3);

        assertThat(ImageFolder.splits(root, 1).train().classNames())
                .containsExactly("plane", "train");
    }

    @Test
    void refusesADataSetThatLeavesNothingToValidateOn() throws IOException {
        Pictures.fill(root.resolve("a"), 1);
        Pictures.fill(root.resolve("b"), 1);

        assertThatThrownBy(() -> ImageFolder.splits(root, 1))
                .hasMessageStartingWith(root + ": nothing to validate on; expected");
    }

    private String describe(Entry entry) {
        return entry.label() + " " + root.relativize(entry.path()).toString().replace('\\', '/');
    }
}
