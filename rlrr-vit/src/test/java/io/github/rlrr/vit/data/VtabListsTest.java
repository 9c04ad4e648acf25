package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VtabListsTest {

    @TempDir Path root;

    @Test
    void readsTheThreeLists() throws IOException {
        list("train800.txt", "images/train800/0.png 2", "images/train800/1.png 10");
        list("val200.txt", "images/val200/0.png 10");
        list("train800val200.txt", "images/none.png 3"); // not read beside train800.txt
        list("test.txt", "images/test/0.png 0", "", "images/test/1.png 2");

        assertThat(DataLayout.of(root)).isEqualTo(DataLayout.VTAB_LISTS);
        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().classNames()).containsExactly("0", "2", "10");
        assertThat(names(splits.train())).containsExactly("train800/0.png 1", "train800/1.png 2");
        assertThat(names(splits.validation())).containsExactly("val200/0.png 2");
        assertThat(names(splits.test())).containsExactly("test/0.png 0", "test/1.png 1");
        assertThat(names(splits.trainAndValidation()))
                .containsExactly("train800/0.png 1", "train800/1.png 2", "val200/0.png 2");
    }

    @Test
    void cutsWhatIsMissingFromTheTrainingImages() throws IOException {
        String[] lines = new String[20];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = "images/train800/" + i + ".png " + i % 2;
        }
        list("train800val200.txt", lines);

        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().size()).isEqualTo(18);
        assertThat(splits.validation().size()).isEqualTo(2);
        assertThat(splits.test().size()).isZero();
        assertThat(DataLayout.of(root).splits(root, 1)).isEqualTo(splits);
    }

    @Test
    void splitsLinesAtTheLastSpace() throws IOException {
        list("train800.txt", "images/a b 1.png 0", "images/c.png 1");
        list("val200.txt", "images/c.png 1");

        assertThat(names(DataLayout.of(root).splits(root, 1).train()))
                .containsExactly("images/a b 1.png 0", "images/c.png 1");
    }

    @Test
    void reportsEveryBadLineWithFileAndNumberInOneMessage() throws IOException {
        list("train800.txt", "images/a.png 0", "images/b.png 1");
        Files.writeString(
                root.resolve("val200.txt"), "images/a.png cat\nnothing\nimages/none.png 1\n");
        Files.writeString(
                root.resolve("test.txt"),
                "\nimages/../../etc/passwd 1\nimages/a.png 0\nimages/a.png 1\n/etc/passwd 1\n");

        assertThatThrownBy(() -> DataLayout.of(root).splits(root, 1))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        root
                                + ": 6 bad lines in the lists of images: val200.txt:1: the label"
                                + " 'cat', expected a whole number of at most 9 digits;"
                                + " val200.txt:2: 'nothing', expected a path, a space, a number;"
                                + " val200.txt:3: no file "
                                + root.resolve("images/none.png")
                                + "; test.txt:2: 'images/../../etc/passwd' leads out of the folder;"
                                + " --allow-outside follows such paths;"
                                + " test.txt:4: 'images/a.png' has the label 1, and 0 at test.txt:3"
                                + "; and 1 more");
    }

    @Test
    void refusesNegativeAndOversizedLabels() throws IOException {
        list("train800.txt", "images/a.png 0", "images/b.png 1");
        Files.writeString(root.resolve("test.txt"), "images/a.png -1\nimages/a.png 99999999999\n");

        assertThatThrownBy(() -> DataLayout.of(root).splits(root, 1))
                .hasMessageContaining("test.txt:1: the label '-1', expected")
                .hasMessageContaining("test.txt:2: the label '99999999999', expected");
    }

    @Test
    void refusesOneClassAndAnEmptyList() throws IOException {
        list("train800.txt", "images/a.png 0");
        assertThatThrownBy(() -> DataLayout.of(root).splits(root, 1))
                .hasMessage(root + ": the lists have the classes [0], expected two or more");

        list("train800.txt");
        list("test.txt", "images/a.png 0", "images/b.png 1");
        assertThatThrownBy(() -> DataLayout.of(root).splits(root, 1))
                .hasMessage(root + ": no image is listed for training, expected some");
    }

    @Test
    void refusesAListThatIsNotText() throws IOException {
        Files.write(root.resolve("train800.txt"), new byte[] {65, 10, (byte) 0xe9, 65});

        assertThatThrownBy(() -> DataLayout.of(root).splits(root, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("train800.txt:2: not UTF-8 text, expected a list in UTF-8");
    }

    /** Writes a list, and a picture for each of its lines. */
    private void list(String name, String... lines) throws IOException {
        for (String line : lines) {
            if (!line.isEmpty() && !line.contains("none")) {
                Pictures.write(root.resolve(line.substring(0, line.lastIndexOf(' '))), 1);
            }
        }
        Files.writeString(root.resolve(name), String.join("\r\n", lines));
    }

    private static List<String> names(ImageListing listing) {
        return listing.entries().stream()
                .map(
                        entry ->
                                entry.path().getParent().getFileName()
                                        + "/"
                                        + entry.path().getFileName()
                                        + " "
                                        + entry.label())
                .toList();
    }
}
