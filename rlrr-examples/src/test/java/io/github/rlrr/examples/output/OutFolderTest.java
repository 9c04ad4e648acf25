package io.github.rlrr.examples.output;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.app.CommandLine;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.io.ProcessLock;
import io.github.rlrr.io.TemporaryFiles;
import io.github.rlrr.io.WholeFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where results go: one process at a time, looked at first, and nothing left that looks like more.
 */
class OutFolderTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path folder;

    private CommandLine.Result finetune(Path out, Object... more) {
        List<Object> arguments =
                new ArrayList<>(
                        List.of(
                                "finetune",
                                "--data",
                                demo.images().resolve("val"),
                                "--checkpoint",
                                Bundled.VIT,
                                "--epochs",
                                1,
                                "--out",
                                out));
        arguments.addAll(Arrays.asList(more));
        return rlrr(arguments.toArray());
    }

    private static Path leftBehind(Path folder) throws IOException {
        Files.createDirectories(folder);
        String name = TemporaryFiles.name().replaceFirst("-\\d+-", "-999999999999-");
        return Files.writeString(folder.resolve(name), "half");
    }

    @Test
    void restartBesideARunningProcessTouchesNothing() throws IOException {
        Path state = Files.createDirectories(folder.resolve("state"));
        Path kept = Files.writeString(state.resolve("step-5.safetensors"), "a state");
        Path report = Files.writeString(folder.resolve("report.html"), "a page");
        try (OutFolder held = OutFolder.hold("--out", folder)) {
            assertThat(held.path()).isEqualTo(folder);
            CommandLine.Result result = finetune(folder, "--restart");
            assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
            assertThat(result.err())
                    .contains("--out " + folder + " is in use: this process writes there");
        }
        assertThat(kept).hasContent("a state");
        assertThat(report).hasContent("a page");
    }

    @Test
    void restartBesideARunThatHoldsItsStateAloneTouchesNothing() throws IOException {
        Path state = Files.createDirectories(folder.resolve("state"));
        Path kept = Files.writeString(state.resolve("step-5.safetensors"), "a state");
        try (ProcessLock held = ProcessLock.tryTake(state.resolve("lock"))) {
            assertThat(held).isNotNull();
            assertThat(finetune(folder, "--restart").err())
                    .contains(state + " is in use: this process trains there");
        }
        assertThat(kept).hasContent("a state");
    }

    @Test
    void aRunLeavesItsResultsAloneAndSweepsWhatKilledRunsLeft() throws IOException {
        List<Path> left = List.of(leftBehind(folder), leftBehind(folder.resolve("adapter")));
        assertThat(finetune(folder).err()).isEmpty();
        assertThat(left).allSatisfy(file -> assertThat(file).doesNotExist());
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        ".rlrr-output",
                        "adapter",
                        "config.yaml",
                        "curves.png",
                        "metrics.jsonl",
                        "report.html");
        assertThat(folder.resolve("adapter").toFile().list())
                .containsExactlyInAnyOrder(AdapterFolder.CONFIG_FILE, AdapterFolder.TENSOR_FILE);
    }

    @Test
    void aRunWhoseLossIsNotFiniteLeavesNoAdapterAndAPageThatSaysSo() {
        CommandLine.Result result = finetune(folder, "--lr", "1e30");
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(result.err())
                .contains("try a lower learning rate; no adapter was written")
                .contains("see " + folder.resolve("report.html"));
        assertThat(folder.resolve("adapter")).doesNotExist();
        assertThat(folder.resolve("report.html"))
                .content()
                .contains("The run failed: the")
                .contains("no adapter was written");
    }

    @Test
    void anEarlierAdapterIsNotTakenForThatOfARunThatFailed() throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        for (String name : List.of(AdapterFolder.CONFIG_FILE, AdapterFolder.TENSOR_FILE)) {
            Files.copy(demo.adapter().resolve(name), adapter.resolve(name));
        }
        Path page = Files.writeString(folder.resolve("report.html"), "the earlier run's");
        CommandLine.Result result = finetune(folder, "--lr", "1e30");
        assertThat(result.out()).contains(adapter + " is an earlier run's; it is replaced when");
        assertThat(result.err()).contains(adapter + " is from before, not of this run");
        assertThat(adapter.resolve(AdapterFolder.TENSOR_FILE))
                .hasSameBinaryContentAs(demo.adapter().resolve(AdapterFolder.TENSOR_FILE));
        assertThat(page).content().doesNotContain("the earlier run's").contains("The run failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "finetune --data DATA --checkpoint bundled:vit-cifar10 --out FILE/x",
                "demo --out FILE/x",
                "merge --adapter ADAPTER --out FILE/x",
                "import none.pth --checkpoint bundled:vit-cifar10 --out FILE/x",
                "evaluate --adapter ADAPTER --data DATA --out FILE/x",
                "predict --adapter ADAPTER DATA --csv FILE/x",
                "spectrum --adapter ADAPTER --out FILE/x",
                "spectrum --adapter ADAPTER --json FILE/x",
                "compare --data DATA --out FILE/x",
                "bench optimizer --json FILE/x",
            })
    void aPlaceBelowAFileIsRefusedBeforeAnyWork(String words) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        List<String> arguments = new ArrayList<>();
        for (String word : words.split(" ", -1)) {
            arguments.add(
                    word.replace("FILE", file.toString())
                            .replace("DATA", demo.images().toString())
                            .replace("ADAPTER", demo.adapter().toString()));
        }
        String option = arguments.get(arguments.size() - 2);
        CommandLine.Result result = rlrr(arguments.toArray());
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(result.err())
                .contains(option + " " + file)
                .contains(file + " is a file, expected a folder; choose another place");
        assertThat(result.out()).isEmpty();
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void aFolderForWhichThereIsNoRoomIsRefused() {
        assertThatThrownBy(
                        () -> Outputs.requireSpace("--out", folder, Long.MAX_VALUE, "the adapter"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("--out " + folder + ": ")
                .hasMessageContaining("MiB are free there, and the adapter may need");
    }

    @Test
    void aFolderThatWasDeletedIsNotNamedAsIfItWereThere() throws IOException {
        Path out = folder.resolve("out");
        try (OutFolder held = OutFolder.hold("--out", out)) {
            held.requireThere();
            Folders.delete(out);
            assertThatThrownBy(held::requireThere)
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "--out "
                                    + out
                                    + " was deleted or moved while the command ran; its results are"
                                    + " not there");
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void aMergeThatWasKilledIsRefusedUntilItIsDoneAgain() throws IOException {
        Path model = folder.resolve("model");
        assertThat(rlrr("merge", "--adapter", demo.adapter(), "--out", model).err()).isEmpty();
        Files.delete(model.resolve("config.json"));
        Files.writeString(model.resolve(WholeFolder.MARK), "");
        Path left = leftBehind(model);
        Path image = demo.images().resolve("val");
        assertThat(rlrr("predict", "--model", model, image).err())
                .contains(model + " is half written");
        assertThat(rlrr("merge", "--adapter", demo.adapter(), "--out", model).err()).isEmpty();
        assertThat(left).doesNotExist();
        assertThat(rlrr("predict", "--model", model, image).exitCode()).isZero();
    }

    @Test
    void theBundledModelLeavesNoCopies() throws IOException {
        Path first = Bundled.vit();
        assertThat(Bundled.vit()).isEqualTo(first);
        try (Stream<Path> files = Files.list(first.getParent())) {
            assertThat(files.filter(file -> file.toString().endsWith("cifar10.safetensors")))
                    .hasSize(1);
        }
    }
}
