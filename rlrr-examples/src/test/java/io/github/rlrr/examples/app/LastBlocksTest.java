package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.checkpoint.SwinCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinTransformer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code finetune} where the frozen part of a network is computed once. */
class LastBlocksTest {

    private static final String SEEN = "the frozen part of the network has run once";

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path out;

    private CommandLine.Result finetune(Object... more) {
        return finetuneOf(Bundled.VIT, more);
    }

    private CommandLine.Result finetuneOf(Object checkpoint, Object... more) {
        Object[] first = {
            "finetune",
            "--checkpoint",
            checkpoint,
            "--data",
            demo.images(),
            "--epochs",
            1,
            "--lr",
            0.01,
            "--out",
            out
        };
        Object[] all = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return rlrr(all);
    }

    private Set<String> tensors() throws IOException {
        try (TensorReader adapter =
                TensorReader.open(out.resolve("adapter").resolve("adapter_model.safetensors"))) {
            return Set.copyOf(adapter.tensors().keySet());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rlrr", "lora", "ssf", "arc", "bias", "norm", "full"})
    void nothingBeforeTheLastBlocksIsAdapted(String method) throws IOException {
        CommandLine.Result result = finetune("--method", method, "--last-blocks", 2);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains(SEEN);
        assertThat(tensors())
                .allMatch(name -> name.matches("(blocks\\.[45]|norm|head|arc)\\..*"), method)
                .anyMatch(name -> name.startsWith("head."));
        if (!method.equals("arc")) {
            assertThat(tensors()).anyMatch(name -> name.startsWith("blocks.5."));
        }
        CommandLine.Result evaluated =
                rlrr("evaluate", "--adapter", out.resolve("adapter"), "--data", demo.images());
        assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
    }

    /** Blocks are counted from the end over all stages; of 2, 1 and 1 the last 2 are two stages. */
    @ParameterizedTest
    @CsvSource({
        "rlrr, 2, layers\\.1\\.blocks|layers\\.2",
        "arc, 3, layers\\.0\\.blocks\\.1|layers\\.[12]"
    })
    void blocksOfAllStagesAreCounted(String method, int last, String kept) throws IOException {
        Path swin = swin(out.resolve("swin"));
        CommandLine.Result result =
                finetuneOf(
                        swin,
                        "--method",
                        method,
                        "--set",
                        method.equals("arc") ? "bottleneck=4" : "rank=1",
                        "--last-blocks",
                        last);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains(SEEN);
        Pattern allowed = Pattern.compile("(" + kept + "|norm|head|arc)\\..*");
        assertThat(tensors())
                .allMatch(name -> allowed.matcher(name).matches(), kept)
                .anyMatch(name -> name.startsWith("layers.2.blocks.0."))
                .anyMatch(name -> name.startsWith("layers.1.blocks.0."));
        assertThat(finetuneOf(swin, "--last-blocks", 5).err())
                .contains("--last-blocks is 5, but the network has 4 encoder blocks");
    }

    private static Path swin(Path folder) throws IOException {
        SwinConfig config =
                new SwinConfig(
                        32,
                        32,
                        4,
                        8,
                        List.of(2, 1, 1),
                        List.of(1, 2, 2),
                        List.of(4, 4, 2),
                        List.of(0, 0, 0),
                        16,
                        3,
                        1e-5f,
                        Set.of());
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SwinTransformer swin = new SwinTransformer(config)) {
            swin.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 32, 32));
            SwinCheckpoint.export(
                    swin,
                    folder,
                    VitLayout.TIMM,
                    TensorType.F32,
                    new AdapterMetadata("", List.of(), Preprocessing.vitDefault(32).toMap()),
                    Map.of());
        }
        return folder;
    }

    @Test
    void imagesThatAreCroppedAtRandomAreSeenAnew() {
        CommandLine.Result result =
                finetune("--method", "linear-probe", "--augment", "random-resized-crop");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).doesNotContain(SEEN);
    }

    @Test
    void moreBlocksThanThereAreAreRefused() {
        assertThat(finetune("--last-blocks", 7).err())
                .contains("--last-blocks is 7, but the network has 6 encoder blocks");
        assertThat(finetune("--last-blocks", 0).err())
                .contains("--last-blocks is 0, expected 1 or more");
    }
}
