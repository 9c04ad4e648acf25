package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListSpellingsTest {

    private static final String ROWS = "p/0.png,a\np/1.png,b\np/2.png,a\np/3.png,b\n";

    @TempDir Path root;

    @BeforeEach
    void pictures() throws IOException {
        for (int i = 0; i < 4; i++) {
            Pictures.write(root.resolve("p/" + i + ".png"), i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "path,label",
                "Path, Label ",
                "filename,label",
                "file_name,class",
                "File Name,Class Name",
                "image,category",
                "image_path,target",
                "filepaths,labels",
                "img,classes",
                "image_id,label",
                "file,CLASS"
            })
    void commonHeadersAreUnderstood(String header) throws IOException {
        write("labels.csv", header + "\n" + ROWS);

        assertThat(names(root)).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "\t", "|", ","})
    void separatorsAreFoundInTheHeader(String separator) throws IOException {
        write("labels.tsv", ("path,label\n" + ROWS).replace(",", separator));

        assertThat(names(root)).containsExactly("a", "b");
    }

    @Test
    void excelsLineWithTheSeparatorAndItsEmptyRowsAreSkipped() throws IOException {
        String text =
                "sep=;\r\n\"path\";\"label\"\r\n" + ROWS.replace(",", ";").replace("\n", "\r\n");
        write("labels.csv", text + ";\r\n;\r\n\r\n");

        assertThat(names(root)).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-8"})
    void aByteOrderMarkSaysTheEncoding(String charset) throws IOException {
        String text = "\uFEFFpath,label\n" + ROWS.replace("a\n", "caf\u00e9\n");
        Files.write(root.resolve("labels.csv"), text.getBytes(Charset.forName(charset)));

        assertThat(names(root)).containsExactly("b", "caf\u00e9");
    }

    @Test
    void otherEncodingsAreRefusedWithTheLine() throws IOException {
        String text = "path,label\n" + ROWS.replaceFirst("b\n", "\u00fc\n");
        Path file = root.resolve("labels.csv");
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> names(root))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ":3: not UTF-8 text, expected a list in UTF-8");
    }

    @Test
    void utf16WithoutAMarkIsRefused() throws IOException {
        Path file = root.resolve("labels.csv");
        Files.write(file, ("path,label\n" + ROWS).getBytes(StandardCharsets.UTF_16LE));

        assertThatThrownBy(() -> names(file))
                .hasMessageStartingWith(file + ": NUL characters in it, as UTF-16 without");
    }

    @Test
    void aListIsNotUnderstoodWithoutAHeader() throws IOException {
        Path file = write("labels.csv", ROWS);

        assertThatThrownBy(() -> names(root))
                .hasMessage(
                        file
                                + " is not understood as a list of images: its first line is"
                                + " \"p/0.png,a\"; "
                                + ListColumns.EXPECTED);
    }

    @Test
    void aListWithoutAHeaderStopsTheRunBesideClassFoldersToo() throws IOException {
        Pictures.fill(root.resolve("q"), 2);
        Path file = write("labels.csv", ROWS);

        assertThatThrownBy(() -> names(root)).hasMessageStartingWith(file + " is not understood");
    }

    @Test
    void aListWithACommentAboveItsHeaderStopsTheRunBesideClassFoldersToo() throws IOException {
        Pictures.fill(root.resolve("q"), 2);
        Path file = write("labels.csv", "# made by hand\npath,label\n");

        assertThatThrownBy(() -> names(root)).hasMessageStartingWith(file + " is not understood");
    }

    @Test
    void aSpreadsheetIsNamed() throws IOException {
        Path file = write("labels.xlsx", "PK");

        assertThatThrownBy(() -> names(root))
                .hasMessage(file + " is a table that is not read; expected a list saved as CSV");
        assertThatThrownBy(() -> names(file)).hasMessageStartingWith(file + " is a table");
    }

    @Test
    void twoColumnsThatCouldBeTheLabelAreRefused() throws IOException {
        Path file = write("labels.csv", "path,class,category\np/0.png,a,b\n");

        assertThatThrownBy(() -> names(root))
                .hasMessage(
                        file
                                + ": the columns [class, category] could each be the label; expected"
                                + " one that is called so");
    }

    @ParameterizedTest
    @CsvSource({
        "train.csv,val.csv,test.csv",
        "train.csv,valid.csv,Test.csv",
        "TRAIN.CSV,validation.csv,testing.csv",
        "training.csv,dev.tsv,test_labels.csv",
        "train_labels.csv,val_labels.txt,eval-test.csv"
    })
    void listsOfPartsAreRecognisedInWhateverSpelling(String train, String val, String test)
            throws IOException {
        write(train, "path,label\np/0.png,a\np/1.png,b\n");
        write(val, "path,label\np/2.png,a\n");
        if (!test.startsWith("eval")) {
            write(test, "path,label\np/3.png,b\n");
        }

        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().size()).isEqualTo(2);
        assertThat(splits.validation().size()).isEqualTo(1);
        assertThat(splits.test().size()).isEqualTo(test.startsWith("eval") ? 0 : 1);
    }

    @Test
    void twoListsForOnePartAreRefused() throws IOException {
        write("train.csv", "path,label\n" + ROWS);
        write("val.csv", "path,label\n" + ROWS);
        write("validation.csv", "path,label\n" + ROWS);

        assertThatThrownBy(() -> names(root))
                .hasMessageStartingWith(
                        root + ": several lists of images, [val.csv, validation.csv]; expected");
    }

    @Test
    void aPartsListWithoutTrainingIsRefused() throws IOException {
        write("valid.csv", "path,label\n" + ROWS);

        assertThatThrownBy(() -> names(root))
                .hasMessage(root + ": found [valid.csv]; expected a list train.csv beside it");
    }

    @Test
    void aPartsListThatIsNotUnderstoodIsNotPassedOver() throws IOException {
        write("train.csv", "path,label\n" + ROWS);
        Path file = write("Test.csv", "path\np/0.png\n");

        assertThatThrownBy(() -> names(root))
                .hasMessageStartingWith(
                        file
                                + " is not understood as a list of images: its first line is \"path\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"split", "Set", "subset", "partition", "phase"})
    void valuesOfTheSplitColumnMayBeSpeltOtherwise(String header) throws IOException {
        write(
                "all.csv",
                "path,label,"
                        + header
                        + "\np/0.png,a,training\np/1.png,b,TRAIN\n"
                        + "p/2.png,a,dev\np/3.png,b,Testing\n");

        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().size()).isEqualTo(2);
        assertThat(splits.validation().size()).isEqualTo(1);
        assertThat(splits.test().size()).isEqualTo(1);
    }

    @Test
    void aColumnOfPartsUnderAnotherNameIsNotPassedOver() throws IOException {
        Path file = write("a.csv", "path,label,where\np/0.png,a,train\np/1.png,b,test\n");

        assertThatThrownBy(() -> names(root))
                .hasMessage(
                        file
                                + ": the column 'where' says parts of the data set; expected it to be"
                                + " called split");
    }

    @Test
    void predictionsAreNoList() throws IOException {
        Pictures.fill(root.resolve("q"), 2);
        write("labels.csv", "image,label,probability\np/0.png,a,0.5\np/1.png,b,0.6\n");

        assertThat(DataLayout.of(root)).isEqualTo(DataLayout.IMAGE_FOLDER);
    }

    @Test
    void numbersWrittenInDifferentWaysAreOneClass() throws IOException {
        write("train.csv", "path,label\np/0.png, 1\np/1.png,2\n");
        write("val.csv", "path,label\np/2.png,1.0\np/3.png,2.0\n");

        assertThat(names(root)).containsExactly("1", "2");
    }

    @Test
    void labelsInBothUnicodeFormsAreOneClass() throws IOException {
        write("train.csv", "path,label\np/0.png,caf\u00e9\np/1.png,b\n");
        write("val.csv", "path,label\np/2.png,cafe\u0301\n");

        assertThat(names(root)).containsExactly("b", "caf\u00e9");
    }

    private List<String> names(Path source) throws IOException {
        return DataLayout.of(source).splits(source, 1).train().classNames();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(root.resolve(name), text);
    }
}
