package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.examples.console.DownloadProgress;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.examples.option.Checkpoints;
import io.github.rlrr.examples.option.HubOptions;
import io.github.rlrr.examples.option.Proposal;
import io.github.rlrr.vit.hub.Hub;
import io.github.rlrr.vit.hub.HubSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands whose checkpoint lies on a hub: a server on this machine that has the bundled model. */
class HubCommandsTest {

    private static final String PROPOSED = "hf:facebook/dinov2-with-registers-small";

    @TempDir private Path folder;
    private LocalHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new LocalHub(Files.readAllBytes(Bundled.vit()));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    /** Two classes of a few images: what is trained is not what is tested here. */
    private Path images() throws IOException {
        Path data = folder.resolve("images");
        if (Files.exists(data)) {
            return data;
        }
        Path all = folder.resolve("all");
        Bundled.unpackFashionMnist(all);
        for (String name : new String[] {"bag", "coat"}) {
            Path target = Files.createDirectories(data.resolve(name));
            try (Stream<Path> images = Files.list(all.resolve("val").resolve(name))) {
                for (Path image : images.sorted().limit(6).toList()) {
                    Files.copy(image, target.resolve(image.getFileName()));
                }
            }
        }
        return data;
    }

    private Path image() throws IOException {
        try (Stream<Path> images = Files.list(images().resolve("bag"))) {
            return images.sorted().findFirst().orElseThrow();
        }
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private CommandLine.Result finetune(Object... more) throws IOException {
        Object[] fixed = {
            "finetune",
            "--data",
            images(),
            "--out",
            folder.resolve("out"),
            "--epochs",
            1,
            "--method",
            "linear-probe",
            "--cache",
            cache()
        };
        Object[] all = java.util.Arrays.copyOf(fixed, fixed.length + more.length);
        System.arraycopy(more, 0, all, fixed.length, more.length);
        return rlrr(all);
    }

    @Test
    void finetuneWithoutACheckpointProposesOneGetsItAndTheAdapterRemembersItsCommit()
            throws IOException {
        CommandLine.Result first = finetune();

        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err())
                .contains("no --checkpoint given: proposing " + PROPOSED)
                .contains("22 million parameters", "Apache-2.0")
                .containsPattern("a download of \\d+\\.\\d MB from " + hub.address())
                .contains("model.safetensors: 0.0 of ", "(100 %)");
        assertThat(first.out()).doesNotContain("MB");
        Path adapter = folder.resolve("out").resolve("adapter");
        assertThat(AdapterFolder.describe(adapter).metadata().baseModel())
                .isEqualTo(PROPOSED + "@" + LocalHub.COMMIT);

        hub.requests.clear();
        CommandLine.Result evaluated =
                rlrr("evaluate", "--adapter", adapter, "--cache", cache(), "--data", images());
        assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
        CommandLine.Result predicted =
                rlrr("predict", "--adapter", adapter, "--offline", "--cache", cache(), image());
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        CommandLine.Result second = finetune("--offline");
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(second.err()).contains("using " + PROPOSED + " from the cache");
        assertThat(hub.requests).as("all comes from the cache").isEmpty();
    }

    @Test
    void whatCannotBeProposedIsOneLineThatNamesTheAlternatives() throws IOException {
        CommandLine.Result offline = finetune("--offline");
        assertThat(offline.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(offline.err().lines()).hasSize(1);
        assertThat(offline.err())
                .contains(PROPOSED + " is not in the cache")
                .contains("--checkpoint FILE", "--checkpoint bundled:vit-cifar10");

        hub.close();
        System.setProperty("rlrr.hub.endpoint", "http://no-such-host.invalid");
        CommandLine.Result unreachable = finetune();
        assertThat(unreachable.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(unreachable.err().lines()).hasSize(1);
        assertThat(unreachable.err())
                .contains("cannot reach http://no-such-host.invalid")
                .contains("--checkpoint bundled:vit-cifar10");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private Checkpoints.Local propose(StringWriter said, String answer) throws IOException {
        Hub client = new Hub(HubSettings.fromEnvironment().withCache(cache()));
        PrintWriter notes = new PrintWriter(said);
        Checkpoints checkpoints = new Checkpoints(new HubOptions(), notes);
        return new Proposal(
                        client,
                        checkpoints,
                        notes,
                        question -> {
                            said.write(question);
                            return answer;
                        })
                .accept();
    }

    @Test
    void aPersonIsAskedAndNoIsTakenForAnAnswer() throws IOException {
        StringWriter said = new StringWriter();
        for (String no : new String[] {"n", "No", null}) {
            assertThatThrownBy(() -> propose(said, no))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("nothing was downloaded", "bundled:vit-cifar10");
        }
        assertThat(said.toString()).contains("Download it? [Y/n] ");
        assertThat(hub.requests).allMatch(request -> request.startsWith("HEAD "));
        assertThat(propose(said, "").file()).exists();
    }

    @Test
    void inspectTakesAHubNameAndAChecksumIsDemanded() {
        Object[] inspect = {
            "inspect", "--checkpoint", "hf:someone/model@v1", "--cache", cache(), "--sha256", ""
        };
        inspect[6] = "0".repeat(64);
        CommandLine.Result wrong = rlrr(inspect);
        assertThat(wrong.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(wrong.err()).contains("rlrr: hf:someone/model@", "expected " + inspect[6]);

        CommandLine.Result right =
                rlrr("inspect", "--checkpoint", "hf:someone/model@v1", "--cache", cache());
        assertThat(right.exitCode()).as(right.err()).isZero();
        assertThat(right.out())
                .contains("hf:someone/model@" + LocalHub.COMMIT)
                .contains("width 128, depth 6, 4 heads");
    }

    @Test
    void namesThatLeadElsewhereAreFaultsAndAskNobody() {
        CommandLine.Result result = rlrr("inspect", "--checkpoint", "hf:../../etc/passwd");
        assertThat(result.exitCode()).isEqualTo(Fault.EXIT_CODE);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains("expected hf:owner/name");
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void aChecksumOfAFileThatIsOnNoHubIsRefused() {
        CommandLine.Result result =
                rlrr("inspect", "--checkpoint", "vit.npz", "--sha256", "0".repeat(64));
        assertThat(result.err()).contains("--sha256 is for checkpoints of a hub");
    }

    @Test
    void logsGetALineForEveryTenth() {
        StringWriter said = new StringWriter();
        try (DownloadProgress progress = new DownloadProgress(new PrintWriter(said), false)) {
            for (long bytes = 0; bytes <= 50_000_000; bytes += 100_000) {
                progress.onProgress("model.safetensors", bytes, 50_000_000);
            }
            progress.onProgress("config.json", 70_000, 70_000);
        }
        assertThat(said.toString().lines())
                .hasSize(11)
                .contains("model.safetensors: 5.0 of 50.0 MB (10 %)")
                .last()
                .isEqualTo("model.safetensors: 50.0 of 50.0 MB (100 %)");
    }

    @Test
    void doctorTellsWhereTheCacheIs() {
        assertThat(rlrr("doctor").out())
                .contains("hub cache   " + HubSettings.fromEnvironment().cache())
                .containsPattern("hub cache .*\\(\\d+\\.\\d MB used, [\\d,]+ MB free\\)");
    }
}
