package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTreeTest {

    @TempDir Path temporary;
    private Path root;

    @BeforeEach
    void makeFolder() throws IOException {
        root = Files.createDirectory(temporary.resolve("data"));
    }

    @Test
    void imagesComeByNameAndByContentAndTheRestIsCounted() throws IOException {
        Pictures.write(root.resolve("b.jfif"), 0);
        Pictures.write(root.resolve("deep/a"), 0);
        Pictures.write(root.resolve("c.JPG"), 0);
        Pictures.write(root.resolve(".hidden/x.png"), 0);
        Files.writeString(root.resolve("README"), "text");
        Files.writeString(root.resolve("a.txt"), "text");
        Files.writeString(root.resolve("IMG_1.HEIC"), "x");
        Files.writeString(root.resolve("IMG_2.heic"), "x");
        Files.writeString(root.resolve("x.avif"), "x");

        ImageTree tree = ImageTree.below(root);

        assertThat(tree.images().stream().map(path -> root.relativize(path).toString()))
                .containsExactly("b.jfif", "c.JPG", Path.of("deep", "a").toString());
        assertThat(tree.byContent()).isEqualTo(1);
        assertThat(tree.leftOut())
                .isEqualTo(new LeftOut(Map.of("heic", 2, "avif", 1), Map.of("", 1, "txt", 1), 1));
        assertThat(tree.leftOut().advice())
                .isEqualTo(
                        "3 images in formats that are not read (2 heic, 1 avif); convert them to"
                                + " JPEG or PNG");
    }

    @Test
    void oneImageThatIsNotReadIsSaidAsOne() {
        assertThat(new LeftOut(Map.of("avif", 1), Map.of(), 0).advice())
                .isEqualTo(
                        "1 image in a format that is not read (1 avif); convert it to JPEG or PNG");
    }

    @Test
    void aFolderWithoutImagesSaysWhatItHoldsAndWhatIsRead() throws IOException {
        for (String name :
                new String[] {"1.HEIC", "2.heic", "a.txt", "b.csv", "c.md", "d.py", "e"}) {
            Files.writeString(root.resolve(name), "x");
        }
        assertThatThrownBy(() -> ImageTree.below(root).some(root))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(
                        root
                                + ": no images; found 2 heic, 1 without an extension, 1 csv, 1 md,"
                                + " 1 py and 1 other kinds; expected files named bmp dib gif jfif")
                .hasMessageEndingWith(
                        "; 2 images in formats that are not read (2 heic); convert them to JPEG or"
                                + " PNG");
    }

    @Test
    void anEmptyFolderSaysSo() {
        assertThatThrownBy(() -> ImageTree.below(root).some(root))
                .hasMessageContaining("no images; found no files; expected files named");
    }

    @Test
    void aLinkThatGoesRoundIsNamed() throws IOException {
        Pictures.write(root.resolve("a/1.png"), 0);
        Path link = Files.createSymbolicLink(root.resolve("a/back"), root);
        assertThatThrownBy(() -> ImageTree.below(root))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        link
                                + ": a link that leads back to a folder above it, so that there is"
                                + " no end; expected none, remove the link");
    }

    @Test
    void aClassThatIsALinkToTheWholeIsNamed() throws IOException {
        Pictures.write(root.resolve("a/1.png"), 0);
        Path link = Files.createSymbolicLink(root.resolve("all"), root);
        assertThatThrownBy(() -> ImageFolder.scan(root))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(link + ": a link that leads back");
    }

    @Test
    void aLinkToAFileThatIsGoneIsNotPassedOver() throws IOException {
        Path link = Files.createSymbolicLink(root.resolve("a.png"), root.resolve("gone.png"));
        assertThat(ImageTree.below(root).images()).containsExactly(link);
    }
}
