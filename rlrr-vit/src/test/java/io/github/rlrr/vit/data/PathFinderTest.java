package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathFinderTest {

    @TempDir Path root;

    private Path data;
    private Path image;

    @BeforeEach
    void picture() throws IOException {
        data = root.resolve("data");
        image = Pictures.write(data.resolve("img/red/000.png"), 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "img/red/000.png",
                "img\\red\\000.png",
                ".\\img\\red\\000.png",
                "./img/red/000.png",
                " img/red/000.png ",
                "img/red/000",
                "img\\red\\000",
                "img/../img/red/000.png"
            })
    void findsAFileAsPeopleWriteIt(String text) throws IOException {
        assertThat(find(text, ListedPaths.IN_FOLDER).file()).isEqualTo(image);
    }

    @Test
    void absolutePathsInTheFolderAreFine() throws IOException {
        assertThat(find(image.toString(), ListedPaths.IN_FOLDER).file()).isEqualTo(image);
    }

    @Test
    void absolutePathsInTheFolderAreFineThroughALinkToIt() throws IOException {
        Path link = Files.createSymbolicLink(root.resolve("link"), data);

        PathFinder.Found found =
                new PathFinder(link, ListedPaths.IN_FOLDER).find(image.toRealPath().toString());

        assertThat(found.file()).isEqualTo(image.toRealPath());
    }

    @Test
    void pathsThatLeadOutNeedThePermission() throws IOException {
        Path other = Pictures.write(root.resolve("other.png"), 1);

        for (String text : new String[] {"../other.png", "..\\other.png", other.toString()}) {
            assertThat(find(text, ListedPaths.IN_FOLDER).fault())
                    .isEqualTo(
                            "'"
                                    + text
                                    + "' leads out of the folder; --allow-outside follows such paths");
            assertThat(find(text, ListedPaths.ANYWHERE).file()).isEqualTo(other);
        }
    }

    @Test
    void namesWhatWasTriedForANameWithoutExtension() throws IOException {
        assertThat(find("img/none", ListedPaths.IN_FOLDER).fault())
                .startsWith("no file " + data.resolve("img/none") + ", nor with one of .")
                .contains(" .png");
        assertThat(find("img/none.png", ListedPaths.IN_FOLDER).fault())
                .isEqualTo("no file " + data.resolve("img/none.png"));
    }

    @Test
    void twoFilesForANameWithoutExtensionAreAFault() throws IOException {
        Pictures.write(data.resolve("img/red/000.jpg"), 0);

        assertThat(find("img/red/000", ListedPaths.IN_FOLDER).fault())
                .startsWith("'000' could be any of [");
    }

    @Test
    void findsNamesInTheOtherUnicodeForm() throws IOException {
        Path decomposed = Pictures.write(data.resolve("cafe\u0301/e\u0301.png"), 0);

        Path found = find("caf\u00e9/\u00e9.png", ListedPaths.IN_FOLDER).file();

        assertThat(found).isNotNull();
        assertThat(Files.isSameFile(found, decomposed)).isTrue();
    }

    private PathFinder.Found find(String text, ListedPaths allowed) throws IOException {
        return new PathFinder(data, allowed).find(text);
    }
}
