package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five images of classes 0, 1, 0, 1, 0 in lists, of which the second is no image. */
class UnreadableListedTest {

    private static final Preprocessing TINY = Preprocessing.vitDefault(4);

    @TempDir Path root;

    @BeforeEach
    void images() throws IOException {
        Pictures.fill(root.resolve("images"), 5);
        Files.writeString(root.resolve("images/001.png"), "no image");
    }

    @Test
    void inListsOfVtab() throws IOException {
        Files.writeString(
                root.resolve("train800.txt"),
                """
                images/000.png 0
                images/001.png 1
                images/002.png 0
                images/003.png 1
                images/004.png 0
                """);
        Files.writeString(root.resolve("val200.txt"), "images/000.png 0\n");
        assertLeftOut(DataLayout.VTAB_LISTS, "0", "1");
    }

    @Test
    void inListsOfFgvc() throws IOException {
        Files.writeString(
                root.resolve("train.json"),
                "{\"000.png\": 0, \"001.png\": 1, \"002.png\": 0, \"003.png\": 1, \"004.png\": 0}");
        Files.writeString(root.resolve("val.json"), "{\"000.png\": 0}");
        assertLeftOut(DataLayout.FGVC_JSON, "0", "1");
    }

    @Test
    void inCsv() throws IOException {
        Files.writeString(
                root.resolve("train.csv"),
                """
                path,label
                images/000.png,bag
                images/001.png,coat
                images/002.png,bag
                images/003.png,coat
                images/004.png,bag
                """);
        Files.writeString(root.resolve("val.csv"), "path,label\nimages/000.png,bag\n");
        assertLeftOut(DataLayout.CSV, "bag", "coat");
    }

    /** With its path in the message, or left out where a fifth may be, the labels kept in step. */
    private void assertLeftOut(DataLayout layout, String... classes) throws IOException {
        assertThat(DataLayout.of(root)).isEqualTo(layout);
        ImageListing train = layout.splits(root, 1).train();
        LoadOptions options = LoadOptions.defaults();

        assertThatThrownBy(() -> ImageDataset.load(train, TINY, options.withMaxUnreadable(0.19)))
                .isInstanceOf(UnreadableImagesException.class)
                .hasMessageStartingWith("1 of 5 images cannot be read: [")
                .hasMessageContaining(root.resolve("images/001.png") + ": text");
        ImageDataset kept = ImageDataset.load(train, TINY, options.withMaxUnreadable(0.2));

        assertThat(kept.answerNames()).containsExactly(classes);
        assertThat(IntStream.range(0, kept.size()).map(i -> (int) kept.target(i)[0]))
                .containsExactly(0, 0, 1, 0);
        assertThat(kept.path(1)).isEqualTo(root.resolve("images/002.png"));
    }
}
