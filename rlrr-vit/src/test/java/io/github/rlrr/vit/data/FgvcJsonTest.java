package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FgvcJsonTest {

    @TempDir Path root;

    @ParameterizedTest
    @ValueSource(strings = {"images", "Images", "."})
    void findsTheFolderOfImages(String folder) throws IOException {
        Path a = Pictures.write(root.resolve(folder).resolve("1/a.png"), 1);
        Path b = Pictures.write(root.resolve(folder).resolve("2/b.png"), 1);
        json("train.json", "{'1/a.png': 1, '2/b.png': 2}");
        json("val.json", "{'2/b.png': 2}");
        json("test.json", "{'1/a.png': '1'}");

        assertThat(DataLayout.of(root)).isEqualTo(DataLayout.FGVC_JSON);
        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().classNames()).containsExactly("1", "2");
        assertThat(splits.train().entries())
                .containsExactly(new Entry(a.normalize(), 0), new Entry(b.normalize(), 1));
        assertThat(splits.validation().entries()).containsExactly(new Entry(b.normalize(), 1));
        assertThat(splits.test().entries()).containsExactly(new Entry(a.normalize(), 0));
    }

    @Test
    void mapsClassNumbersOverAllParts() throws IOException {
        picture("a.png");
        json("train.json", "{'a.png': 3, './a.png': 3}");
        json("val.json", "{'a.png': 40}");
        json("test.json", "{'a.png': 40, 'images/../a.png': 40}");

        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().classNames()).containsExactly("3", "40");
        assertThat(splits.train().entries()).extracting(Entry::label).containsExactly(0, 0);
        assertThat(splits.test().entries()).extracting(Entry::label).containsExactly(1, 1);
    }

    @Test
    void takesTrainvalAndCutsValidationBySeed() throws IOException {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 40; i++) {
            picture(i + ".png");
            text.append(i == 0 ? "" : ",").append("'").append(i).append(".png':").append(i % 2);
        }
        json("trainval.json", text + "}");
        json("test.json", "{'0.png': 0}");

        ImageSplits splits = DataLayout.of(root).splits(root, 1);

        assertThat(splits.train().size()).isEqualTo(36);
        assertThat(splits.validation().size()).isEqualTo(4);
        assertThat(splits.test().size()).isEqualTo(1);
        assertThat(splits.train().entries())
                .doesNotContainAnyElementsOf(splits.validation().entries());
        assertThat(DataLayout.of(root).splits(root, 2)).isNotEqualTo(splits);
    }

    @Test
    void reportsWhatIsWrongByFileAndPath() throws IOException {
        picture("a.png");
        json("train.json", "{'a.png': 1, 'b.png': 2, '../c.png': 1, 'a.png': 2}");
        json("test.json", "{'a.png': 1.5, 'a.png': [1, {'x': 2}], 'a.png': null}");

        assertThatThrownBy(() -> DataLayout.of(root).splits(root, 1))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        root
                                + ": 6 bad lines in the lists of images: test.json, \"a.png\": the"
                                + " label '1.5', expected a whole number of at most 9 digits;"
                                + " test.json, \"a.png\": a label of type BEGIN_ARRAY, expected a"
                                + " number; test.json, \"a.png\": a label of type NULL, expected a"
                                + " number; train.json, \"b.png\": no file "
                                + root.resolve("b.png")
                                + "; train.json, \"../c.png\": '../c.png' leads out of the folder;"
                                + " --allow-outside follows such paths;"
                                + " and 1 more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{'a.png': 1", "{'a.png' 1}", "not json"})
    void refusesOtherJson(String text) throws IOException {
        json("train.json", text);

        assertThatThrownBy(() -> DataLayout.of(root).splits(root, 1))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(root.resolve("train.json") + ": ")
                .hasMessageEndingWith("; expected {\"<path>\": <class number>, ...}")
                .message()
                .doesNotContain("\n");
    }

    private void picture(String name) throws IOException {
        Pictures.write(root.resolve(name), 1);
    }

    private void json(String name, String text) throws IOException {
        Files.writeString(root.resolve(name), text.replace('\'', '"'));
    }
}
