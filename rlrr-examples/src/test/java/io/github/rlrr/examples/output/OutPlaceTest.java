package io.github.rlrr.examples.output;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.examples.prediction.ImageFiles;
import io.github.rlrr.vit.data.DataLayout;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.data.OutputMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutPlaceTest {

    @TempDir private Path folder;

    private Path data;

    @BeforeEach
    void images() throws IOException {
        data = folder.toRealPath().resolve("flowers");
        for (String name : List.of("rose", "tulip")) {
            Files.createDirectories(data.resolve(name));
            for (int i = 0; i < 4; i++) {
                Files.write(data.resolve(name + "/" + i + ".png"), new byte[] {1});
            }
        }
    }

    private void assertRefused(Path out, ImageListing... listings) {
        assertThatThrownBy(
                        () -> OutPlace.check(out, data, DataLayout.IMAGE_FOLDER, List.of(listings)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "--out: "
                                + out
                                + " lies in "
                                + data
                                + ", where images are read, so that results would be taken for"
                                + " images; expected a folder outside, such as --out "
                                + folderBeside());
    }

    private Path folderBeside() {
        return data.resolveSibling("flowers-out");
    }

    @Test
    void resultsMayNotGoIntoTheDataSet() {
        assertRefused(data);
        assertRefused(data.resolve("out"));
        assertRefused(data.resolve("rose/a/b"));
        assertRefused(data.resolve("../flowers/out"));
    }

    @Test
    void linksLeadToTheSamePlace() throws IOException {
        Path link = Files.createSymbolicLink(folder.toRealPath().resolve("link"), data);

        assertRefused(link.resolve("out"));
        assertThatThrownBy(
                        () ->
                                OutPlace.check(
                                        data.resolve("out"),
                                        link,
                                        DataLayout.IMAGE_FOLDER,
                                        List.of()))
                .hasMessageContaining("where images are read");
    }

    @Test
    void resultsMayNotGoBesideImagesThatAListNames() throws IOException {
        Path list = Files.writeString(folder.resolve("labels.csv"), "path,label\n");
        Entry entry = new Entry(data.resolve("rose/0.png"), 0);
        ImageListing listing = new ImageListing(List.of("rose"), List.of(entry), 0);

        assertThatThrownBy(
                        () ->
                                OutPlace.check(
                                        data.resolve("rose/out"),
                                        list,
                                        DataLayout.CSV,
                                        List.of(listing)))
                .hasMessageContaining(" lies in " + data.resolve("rose") + ", where images");
    }

    @Test
    void besideListsInTheirFolderIsFineButNotInItself() throws IOException {
        OutPlace.check(data.resolve("out"), data, DataLayout.CSV, List.of());

        assertThatThrownBy(() -> OutPlace.check(data, data, DataLayout.CSV, List.of()))
                .hasMessageContaining("where images are read");
    }

    @Test
    void otherPlacesAreFine() {
        for (Path out : List.of(folderBeside(), folder.resolve("out/flowers"), folder)) {
            assertThatCode(() -> OutPlace.check(out, data, DataLayout.IMAGE_FOLDER, List.of()))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void finetuneStopsBeforeItWritesIntoTheDataSet() {
        CommandLine.Result result =
                rlrr(
                        "finetune",
                        "--checkpoint",
                        Bundled.VIT,
                        "--data",
                        data,
                        "--out",
                        data.resolve("out"));

        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err()).contains("where images are read").hasLineCount(1);
        assertThat(data.resolve("out")).doesNotExist();
    }

    @Test
    void predictingAFolderLeavesOutResultsInIt() throws IOException {
        Path results = Files.createDirectories(data.resolve("rose/run"));
        Files.write(results.resolve("curves.png"), new byte[] {1});
        OutputMark.write(results);

        assertThat(ImageFiles.of(List.of(data)).files()).hasSize(8);
    }

    @Test
    void anArgumentThatTheLocaleMadeUnreadableIsNamed() {
        CommandLine.Result result = rlrr("predict", "--adapter", "a", "caf\uFFFD\uFFFD.png");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("rlrr: the argument 'caf??.png' cannot be read: ");
    }
}
