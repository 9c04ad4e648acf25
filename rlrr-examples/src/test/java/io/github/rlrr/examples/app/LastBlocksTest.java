package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code finetune} where the frozen part of a network is computed once. */
class LastBlocksTest {

    private static final String SEEN = "the frozen part of the network has run once";

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path out;

    private CommandLine.Result finetune(Object... more) {
        Object[] first = {
            "finetune",
            "--checkpoint",
            Bundled.VIT,
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
