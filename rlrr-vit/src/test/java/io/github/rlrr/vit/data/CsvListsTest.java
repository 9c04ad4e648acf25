package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.data.CsvRecords.Csv;
import io.github.rlrr.vit.data.ImageListing.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvListsTest {

    @TempDir Path root;

    @BeforeEach
    void pictures() throws IOException {
        Pictures.fill(root.resolve("p"), 40);
    }

    @Test
    void readsAFileForEachPart() throws IOException {
        write("train.csv", "path,label\np/000.png,cat\np/001.png,\"dog, old\"\n");
        write("val.csv", "label,path\ncat,p/002.png\n");
        write("test.csv", "\uFEFFid,Path,Label\r\n7,p/003.png,\"dog, old\"\r\n");

        assertThat(DataLayout.of(root)).isEqualTo(DataLayout.CSV);
        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().classNames()).containsExactly("cat", "dog, old");
        assertThat(splits.train().entries()).containsExactly(entry(0, 0), entry(1, 1));
        assertThat(splits.validation().entries()).containsExactly(entry(2, 0));
        assertThat(splits.test().entries()).containsExactly(entry(3, 1));
    }

    @Test
    void readsOneFileWithAColumnForTheParts() throws IOException {
        write("other.csv", "name,size\na,1\n");
        Path file =
                write(
                        "labels.csv",
                        """
                        path,label,split
                        p/000.png,a,train
                        p/001.png,b,Train
                        p/002.png,b,valid
                        p/003.png,a,test
                        """);

        for (Path source : List.of(root, file)) {
            ImageSplits splits = DataLayout.of(source).splits(source, 1);
            assertThat(splits.train().entries()).containsExactly(entry(0, 0), entry(1, 1));
            assertThat(splits.validation().entries()).containsExactly(entry(2, 1));
            assertThat(splits.test().entries()).containsExactly(entry(3, 0));
        }
    }

    @Test
    void cutsOneFileWithoutPartsBySeed() throws IOException {
        StringBuilder text = new StringBuilder("path,label\n");
        for (int i = 0; i < 40; i++) {
            text.append(String.format(Locale.ROOT, "p/%03d.png,%d%n", i, i % 2 + 9));
        }
        write("all.csv", text.toString());

        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().classNames()).containsExactly("9", "10");
        assertThat(splits.train().size()).isEqualTo(32);
        assertThat(splits.validation().size()).isEqualTo(4);
        assertThat(splits.test().size()).isEqualTo(4);
    }

    @Test
    void aTableOfOtherThingsLeavesAFolderOfImages() throws IOException {
        write("sizes.csv", "name,size\na,1\n");
        Pictures.fill(root.resolve("q"), 1);

        assertThat(DataLayout.of(root)).isEqualTo(DataLayout.IMAGE_FOLDER);
    }

    @Test
    void reportsBadLinesWithFileAndNumber() throws IOException {
        Path file =
                write(
                        "a.csv",
                        """
                        path,label,split
                        "p/000.png","a
                        b",train
                        p/001.png,b
                        p/002.png,c,other
                        p/003.png,,test
                        ../x.png,c,test
                        """);

        assertThatThrownBy(() -> DataLayout.of(file).splits(file, 1))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        file
                                + ": 4 bad lines in the lists of images: a.csv:4: 2 fields, expected"
                                + " 3 as in the header; a.csv:5: split 'other', expected train, val"
                                + " and test (or training, valid, dev, testing, …); a.csv:6: no"
                                + " label, expected the name of a class; a.csv:7: '../x.png' leads"
                                + " out of the folder; --allow-outside follows such paths");
    }

    @Test
    void refusesAMissingHeaderAndSeveralLists() throws IOException {
        Path file = write("a.csv", "p/000.png,a\n");
        assertThatThrownBy(() -> DataLayout.of(file).splits(file, 1))
                .hasMessageStartingWith(
                        file
                                + " is not understood as a list of images: its first line is"
                                + " \"p/000.png,a\"; expected a header");

        write("a.csv", "path,label\n");
        write("b.csv", "path,label\n");
        assertThatThrownBy(() -> DataLayout.of(root))
                .hasMessageStartingWith(
                        root + ": several lists of images, [a.csv, b.csv]; expected");
    }

    @Test
    void readsQuotedFieldsAsTheStandardSays() throws IOException {
        Path file = write("a.csv", "a,\"b \"\"c\"\", d\",\"e\r\nf\"\r\n\r\n,\"\"\n g \rlast");

        assertThat(CsvRecords.read(file, Files.readString(file), ','))
                .containsExactly(
                        new Csv(1, List.of("a", "b \"c\", d", "e\r\nf")),
                        new Csv(5, List.of(" g ")),
                        new Csv(6, List.of("last")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "x\\na\"b\",c | 2: a quote inside a field, expected the whole field in double quotes",
                "\"a\"b,c | 1: 'b' after a closing quote, expected a separator or a line end",
                "x\\n\"a,c\\nd | 2: a quote is opened and never closed, expected a second one"
            })
    void refusesQuotesInTheWrongPlace(String text, String message) throws IOException {
        Path file = write("a.csv", text.replace("\\n", "\n"));

        assertThatThrownBy(() -> CsvRecords.read(file, Files.readString(file), ','))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ":" + message);
    }

    private Entry entry(int picture, int label) {
        return new Entry(root.resolve(String.format(Locale.ROOT, "p/%03d.png", picture)), label);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(root.resolve(name), text);
    }
}
