package io.github.rlrr.examples.command;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the small published adapter among rlrr-vit's parity data. */
class ImportCommandTest {

    private static final Path TINY = Path.of("../rlrr-vit/src/test/resources/parity/tiny");

    @TempDir private Path folder;

    @Test
    void aPublishedFileBecomesAnAdapterFolderThatPredicts() throws IOException {
        Path names = Files.writeString(folder.resolve("names.txt"), "a\nb\nc\nd\ne\n");
        Path out = folder.resolve("adapter");
        CommandLine.Result result =
                rlrr(
                        "import",
                        "--checkpoint",
                        TINY.resolve("base_google.npz"),
                        "--classes",
                        names,
                        "--out",
                        out,
                        TINY.resolve("adapter_cuda.pth"));
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("5 classes").contains("adapter   " + out);
        AdapterFolder.Description said = AdapterFolder.describe(out);
        assertThat(said.metadata().classNames()).containsExactly("a", "b", "c", "d", "e");
        assertThat(Preprocessing.fromMap(said.metadata().preprocessing()))
                .isEqualTo(Preprocessing.vitDefault(16).withSixteenBit(SixteenBit.CLIP));

        Path image = DemoModel.get().testImages("bag", 1).get(0);
        CommandLine.Result labelled = rlrr("predict", "--adapter", out, "--top", 1, image);
        assertThat(labelled.exitCode()).as(labelled.err()).isZero();
        assertThat(labelled.out()).containsPattern("%  [a-e]\\R");
    }

    @Test
    void classesWithoutNamesAreNumbered() throws IOException {
        Path out = folder.resolve("adapter");
        CommandLine.Result result =
                rlrr(
                        "import",
                        "--checkpoint",
                        TINY.resolve("base_timm.safetensors"),
                        "--out",
                        out,
                        TINY.resolve("adapter_initial.pth"));
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.err()).contains("does not say how its images are prepared");
        assertThat(AdapterFolder.describe(out).metadata().classNames())
                .isEqualTo(List.of("class-0", "class-1", "class-2", "class-3", "class-4"));
    }

    @Test
    void aWrongBaseOrAWrongNumberOfNamesIsOneLineAndWritesNothing() throws IOException {
        Path out = folder.resolve("adapter");
        Path names = Files.writeString(folder.resolve("names.txt"), "a\nb\n");
        CommandLine.Result few =
                rlrr(
                        "import",
                        "--checkpoint",
                        TINY.resolve("base_google.npz"),
                        "--classes",
                        names,
                        "--out",
                        out,
                        TINY.resolve("adapter_initial.pth"));
        assertThat(few.exitCode()).isEqualTo(1);
        assertThat(few.err().lines().toList()).hasSize(1);
        assertThat(few.err()).contains("names.txt has 2 names").contains("a head for 5 classes");
        CommandLine.Result other =
                rlrr(
                        "import",
                        "--checkpoint",
                        Bundled.VIT,
                        "--out",
                        out,
                        TINY.resolve("adapter_initial.pth"));
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err().lines().toList()).hasSize(1);
        assertThat(other.err()).contains("head.weight has shape (5, 32), expected (10, 128); ");
        assertThat(out).doesNotExist();
    }
}
