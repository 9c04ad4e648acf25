package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an image may cost beside its size. */
class DecodingWorkTest {

    private static final ImageLimits ANY_SCANS =
            new ImageLimits(1, 64_000_000, 100_000_000, Integer.MAX_VALUE, Duration.ofMillis(1));

    @Test
    void aJpegOfThousandsOfScansIsRefusedBeforeItIsDecoded() throws IOException {
        byte[] jpeg = scans(progressive(64), 2000);
        assertThatThrownBy(() -> new ImageDecoder().decode(jpeg, "bomb"))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessage(
                        "bomb: JPEG of 2,000 scans; expected at most 100 (ImageLimits, on the"
                                + " command line --limits scans=2000)");
    }

    @Test
    void asManyScansAsTheLimitAreRead() throws IOException {
        byte[] plain = progressive(64);
        RgbImage image = new ImageDecoder().decode(scans(plain, 100), "many");
        assertThat(image).isEqualTo(new ImageDecoder().decode(plain, "few"));
    }

    @Test
    void scansAreCountedAsTheDecoderFindsThem() throws IOException {
        byte[] jpeg = progressive(64);
        int own = JpegScans.count(jpeg);
        assertThat(own).isBetween(2, 20);
        assertThat(JpegScans.count(scans(jpeg, 50))).isEqualTo(50);
        // A preview in a segment of its own, and one behind the end, are no scans of the image.
        byte[] preview = new byte[2 + 2 + jpeg.length];
        preview[0] = (byte) 0xff;
        preview[1] = (byte) 0xe1;
        preview[2] = (byte) ((jpeg.length + 2) >> 8);
        preview[3] = (byte) (jpeg.length + 2);
        System.arraycopy(jpeg, 0, preview, 4, jpeg.length);
        assertThat(JpegScans.count(insert(jpeg, 2, preview))).isEqualTo(own);
        assertThat(JpegScans.count(insert(jpeg, jpeg.length, jpeg))).isEqualTo(own);
        // Fill bytes before a marker hide nothing.
        assertThat(JpegScans.count(insert(jpeg, 2, new byte[] {-1, -1, -1}))).isEqualTo(own);
    }

    @Test
    void damagedMarkersAreCountedWithoutAFault() throws IOException {
        byte[] jpeg = scans(progressive(64), 30);
        for (int length = 0; length < jpeg.length; length += 7) {
            assertThat(JpegScans.count(Arrays.copyOf(jpeg, length))).isBetween(0, 30);
        }
        assertThat(JpegScans.count("no JPEG".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isZero();
    }

    @Test
    void decodingStopsWhenTheTimeIsUp() throws IOException {
        byte[] jpeg = scans(progressive(1000), 400);
        assertThatThrownBy(() -> new ImageDecoder(ANY_SCANS).decode(jpeg, "slow"))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessage(
                        "slow: JPEG that takes longer to decode; expected at most 0.001 s of"
                                + " processor time (ImageLimits, on the command line --limits"
                                + " seconds=N)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "gif", "bmp", "jpeg"})
    void theTimeHoldsForEveryFormat(String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(2000, 2000, BufferedImage.TYPE_INT_RGB), format, out);
        assertThatThrownBy(() -> new ImageDecoder(ANY_SCANS).decode(out.toByteArray(), "large"))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining("that takes longer to decode");
    }

    @Test
    void limitsOfSizeAloneHaveUsualLimitsOfWork() {
        ImageLimits limits = new ImageLimits(1, 1, 1);
        assertThat(limits.maxScans()).isEqualTo(100);
        assertThat(limits.maxTime()).isEqualTo(Duration.ofSeconds(10));
        assertThatThrownBy(() -> new ImageLimits(1, 1, 1, 0, Duration.ofSeconds(1)))
                .hasMessage("maxScans: 0, expected 1 to 2,147,483,647");
        assertThatThrownBy(() -> new ImageLimits(1, 1, 1, 1, Duration.ZERO))
                .hasMessage("maxTime: PT0S, expected a millisecond to a day");
    }

    private static byte[] progressive(int side) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (var to = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(to);
            BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    /** The same JPEG with its last scan, which refines, said again until there are so many. */
    private static byte[] scans(byte[] jpeg, int count) {
        int last = 0;
        for (int at = 2; at + 1 < jpeg.length; at++) {
            last = (jpeg[at] & 0xff) == 0xff && (jpeg[at + 1] & 0xff) == 0xda ? at : last;
        }
        byte[] scan = Arrays.copyOfRange(jpeg, last, jpeg.length - 2);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, jpeg.length - 2);
        for (int i = JpegScans.count(jpeg); i < count; i++) {
            out.write(scan, 0, scan.length);
        }
        out.write(jpeg, jpeg.length - 2, 2);
        return out.toByteArray();
    }

    private static byte[] insert(byte[] into, int at, byte[] what) {
        byte[] result = new byte[into.length + what.length];
        System.arraycopy(into, 0, result, 0, at);
        System.arraycopy(what, 0, result, at, what.length);
        System.arraycopy(into, at, result, at + what.length, into.length - at);
        return result;
    }
}
