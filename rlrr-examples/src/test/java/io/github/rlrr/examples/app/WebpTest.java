package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.data.ImageFolder;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The WebP reader of the command line, against what Pillow decodes. */
class WebpTest {

    @TempDir Path root;

    private static RgbImage decode(String file) throws IOException {
        try (InputStream in = open(file)) {
            return new ImageDecoder().decode(in, file);
        }
    }

    private static InputStream open(String file) {
        return Objects.requireNonNull(WebpTest.class.getResourceAsStream("/webp/" + file), file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lossless",
                "lossless_palette",
                "lossless_alpha",
                "animated",
                "lossy",
                "lossy_noisy",
                "lossy_alpha",
                "lossy_grey"
            })
    void equalsPillowInEveryValue(String name) throws IOException {
        assertThat(decode(name + ".webp")).isEqualTo(decode(name + ".png"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lossless", "lossless_alpha", "animated", "lossy"})
    void aFileCutShortIsRefused(String name) throws IOException {
        byte[] bytes;
        try (InputStream in = open(name + ".webp")) {
            bytes = in.readAllBytes();
        }
        for (int length = 40; length < bytes.length - 1; length += 97) {
            InputStream cut = new ByteArrayInputStream(bytes, 0, length);
            assertThatThrownBy(() -> new ImageDecoder().decode(cut, "cut.webp"))
                    .isInstanceOf(ImageDecodeException.class)
                    .hasMessageStartingWith("cut.webp: ");
        }
    }

    @Test
    void aFolderOfWebpImagesIsFoundAndLabelled() throws IOException {
        for (String label : new String[] {"bag", "coat"}) {
            Path folder = Files.createDirectories(root.resolve(label));
            Files.copy(open("lossless.webp"), folder.resolve("a.webp"));
        }

        assertThat(ImageFolder.scan(root).size()).isEqualTo(2);
        CommandLine.Result predicted =
                rlrr("predict", "--adapter", DemoModel.get().adapter(), root.resolve("bag/a.webp"));
        assertThat(predicted.err()).isEmpty();
        assertThat(predicted.exitCode()).isZero();
    }
}
