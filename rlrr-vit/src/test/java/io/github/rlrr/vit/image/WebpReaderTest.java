package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebP files that are hard, and what stands between them and libwebp. */
class WebpReaderTest {

    private Map<String, byte[]> files = Map.of();
    @TempDir Path folder;

    @BeforeEach
    void read() throws IOException {
        files = PillowMatrixTest.files();
    }

    private byte[] file(String name) {
        return Objects.requireNonNull(files.get(name), name).clone();
    }

    private static RgbImage decode(byte[] file) throws ImageDecodeException {
        return new ImageDecoder(ImageLimits.SERVICE).decode(file, "test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "webp_lossy.webp",
                "webp_lossless.webp",
                "webp_lossy_alpha.webp",
                "webp_lossy_all.webp",
                "webp_lossy_animated_4_6_0.webp"
            })
    void aFileCutAnywhereIsRefused(String name) {
        byte[] whole = file(name);
        // One byte may be missing: not every writer pads the last chunk.
        for (int length = 1; length < whole.length - 1; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decode(cut), "cut to %d bytes", length)
                    .isInstanceOf(ImageDecodeException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"webp_lossy.webp", "webp_lossless.webp", "webp_lossless_alpha.webp"})
    void aStreamCutInsideAWholeFileIsRefused(String name) {
        byte[] whole = file(name);
        for (int length = 30; length < whole.length - 12; length += 7) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(whole, length & ~1));
            cut.order(ByteOrder.LITTLE_ENDIAN).putInt(4, cut.capacity() - 8);
            cut.putInt(16, cut.capacity() - 20);
            assertThatThrownBy(() -> decode(cut.array()), "cut to %d bytes", length)
                    .isInstanceOf(ImageDecodeException.class);
        }
    }

    @Test
    void aHugeClaimIsRefusedFromTheHeader() {
        byte[] lossless = file("webp_lossless.webp");
        Arrays.fill(lossless, 21, 25, (byte) 0xff);
        byte[] lossy = file("webp_lossy.webp");
        Arrays.fill(lossy, 26, 30, (byte) 0xff);
        byte[] canvas = file("webp_lossy_animated_0_0_0.webp");
        Arrays.fill(canvas, 24, 30, (byte) 0xff);

        assertThatThrownBy(() -> decode(lossless))
                .hasMessageStartingWith("test: WEBP of 16384x16384 pixels; expected at most ");
        assertThatThrownBy(() -> decode(lossy))
                .hasMessageStartingWith("test: WEBP of 16383x16383 pixels; expected at most ");
        assertThatThrownBy(() -> decode(canvas))
                .hasMessageStartingWith("test: WEBP of 16777216x16777216 pixels; expected at ");
    }

    @Test
    void aFrameLargerThanItsCanvasNeverReachesLibwebp() {
        byte[] frame = file("webp_lossless_animated_0_0_0.webp");
        int stream = new String(frame, StandardCharsets.ISO_8859_1).indexOf("VP8L");
        Arrays.fill(frame, stream + 9, stream + 13, (byte) 0xff);

        assertThatThrownBy(() -> decode(frame))
                .hasMessageStartingWith(
                        "test: corrupt WEBP (a picture of 16384x16384 pixels in one of 41x27)");
    }

    @Test
    void randomDamageEndsInAnImageOrADecodeException() {
        SplittableRandom random = new SplittableRandom(1);
        List<byte[]> webps =
                files.entrySet().stream()
                        .filter(file -> file.getKey().endsWith(".webp"))
                        .map(Map.Entry::getValue)
                        .toList();
        int images = 0;
        for (int i = 0; i < 4000; i++) {
            byte[] damaged = webps.get(random.nextInt(webps.size())).clone();
            for (int n = 1 + random.nextInt(6); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                decode(damaged);
                images++;
            } catch (ImageDecodeException e) {
                assertThat(e).hasMessageStartingWith("test: ");
            }
        }
        assertThat(images).isBetween(400, 3600);
    }

    @Test
    void withoutThePluginTheMessageNamesIt() {
        IIORegistry registry = IIORegistry.getDefaultInstance();
        ImageReaderSpi plugin = plugin();
        registry.deregisterServiceProvider(plugin, ImageReaderSpi.class);
        try {
            assertThat(ImageDecoder.extensions()).doesNotContain("webp");
            assertThatThrownBy(() -> decode(file("webp_lossy.webp")))
                    .isInstanceOf(ImageDecodeException.class)
                    .hasMessage(
                            "test: WebP; expected com.github.usefulness:webp-imageio on the"
                                    + " class path");
        } finally {
            registry.registerServiceProvider(plugin, ImageReaderSpi.class);
        }
        assertThat(ImageDecoder.extensions()).contains("webp");
    }

    private static ImageReaderSpi plugin() {
        ImageReader reader = Objects.requireNonNull(WebpReader.find());
        return reader.getOriginatingProvider();
    }

    @Test
    void aFolderThatCannotHoldTheLibraryIsNamed() {
        Path missing = folder.resolve("missing");

        assertThat(WebpLibrary.faultOf(folder)).isNull();
        assertThat(WebpLibrary.faultOf(missing))
                .startsWith("libwebp cannot be unpacked into " + missing + " (");
    }

    private static String classPath() throws Exception {
        List<Class<?>> needed =
                List.of(
                        Killed.class,
                        ImageDecoder.class,
                        plugin().getClass(),
                        Class.forName("kotlin.Unit"));
        StringJoiner path = new StringJoiner(File.pathSeparator);
        for (Class<?> type : needed) {
            path.add(
                    Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                            .toString());
        }
        return path.toString();
    }

    /** Decodes a file and dies as if killed, so that nothing can be removed at the end. */
    static final class Killed {
        private Killed() {}

        public static void main(String[] file) throws IOException {
            new ImageDecoder().decode(Path.of(file[0]));
            Runtime.getRuntime().halt(7);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS) // which removes no file in use
    void aKilledProcessLeavesNothingInTheTemporaryFolder() throws Exception {
        Path webp = Files.write(folder.resolve("a.webp"), file("webp_lossy.webp"));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));

        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Djava.io.tmpdir=" + temporary,
                                "-cp",
                                classPath(),
                                Killed.class.getName(),
                                webp.toString())
                        .inheritIO()
                        .start();

        assertThat(process.waitFor()).isEqualTo(7);
        assertThat(temporary).isEmptyDirectory();
    }
}
