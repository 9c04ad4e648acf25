package io.github.rlrr.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.method.Rescaling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ProgramsCommandTest {

    private static String code(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            byte[] code =
                    zip.getInputStream(zip.getEntry("archive/code/__torch__.py")).readAllBytes();
            return new String(code, StandardCharsets.UTF_8);
        }
    }

    @Test
    void writesEveryProgramOfAStepAndTheGeometry(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("programs");
        int code =
                new CommandLine(new ProgramsCommand())
                        .execute(out.toString(), "--model", "vit-cifar10");
        assertThat(code).isZero();
        try (var files = Files.list(out)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            List.of(
                                    "rescaling.pt",
                                    "block-float32.pt",
                                    "class_token-float32.pt",
                                    "block-bfloat16.pt",
                                    "class_token-bfloat16.pt",
                                    "config.json"));
        }
        assertThat(code(out.resolve("rescaling.pt"))).endsWith(Rescaling.PROGRAM);
        assertThat(code(out.resolve("block-float32.pt")))
                .contains("scaled_dot_product_attention")
                .doesNotContain(", 15)");
        assertThat(code(out.resolve("block-bfloat16.pt"))).contains("torch.to(mlp_fc1_weight, 15)");
        JsonObject config =
                JsonParser.parseString(Files.readString(out.resolve("config.json")))
                        .getAsJsonObject();
        assertThat(config.get("width").getAsInt()).isEqualTo(128);
    }
}
