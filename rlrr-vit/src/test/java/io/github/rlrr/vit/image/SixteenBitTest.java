package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SixteenBitTest {

    /** All 65,536 samples, in order. */
    private final byte[] everySample = ramp(256, 0);

    @Test
    void greyIsScaledByItsDepthToTheNearestLevel() throws IOException {
        byte[] pixels = decode(everySample, SixteenBit.SCALE);
        for (int v = 0; v < 65536; v++) {
            assertThat(pixels[3 * v] & 0xff).as("%d", v).isEqualTo((int) Math.round(v / 257.0));
        }
    }

    @Test
    void aDecoderScalesUnlessToldOtherwise() throws IOException {
        assertThat(new ImageDecoder().decode(everySample, "ramp").pixels())
                .isEqualTo(decode(everySample, SixteenBit.SCALE));
    }

    @Test
    void greyIsClippedWherePillowsWayIsAskedFor() throws IOException {
        byte[] pixels = decode(everySample, SixteenBit.CLIP);
        for (int v = 0; v < 65536; v++) {
            assertThat(pixels[3 * v] & 0xff).isEqualTo(Math.min(v, 255));
        }
    }

    @Test
    void twelveBitsReachWhiteAtTheirLargestSample() throws IOException {
        byte[] pixels = decode(everySample, new SixteenBit(4095));
        for (int v = 0; v < 65536; v++) {
            int expected = (int) Math.round(Math.min(v, 4095) * 255.0 / 4095);
            assertThat(pixels[3 * v] & 0xff).as("%d", v).isEqualTo(expected);
        }
    }

    @Test
    void aSampleBecomesTheSameWhateverElseThePictureHolds() throws IOException {
        byte[] dark = ramp(16, 1000); // 1000 to 1255
        byte[] pixels = decode(dark, SixteenBit.SCALE);
        assertThat(pixels[0]).isEqualTo((byte) 4);
        assertThat(pixels[pixels.length - 1]).isEqualTo((byte) 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey_alpha16.png", "rgb16.png", "rgb_alpha16.png"})
    void coloursAndAlphaKeepTheHighByteAsInPillow(String file) throws IOException {
        RgbImage expected = PillowNumbers.read("decoded.npz").get(file);
        byte[] bytes = PillowNumbers.open("decode/" + file).readAllBytes();
        assertThat(decode(bytes, SixteenBit.SCALE)).isEqualTo(expected.pixels());
        assertThat(decode(bytes, SixteenBit.CLIP)).isEqualTo(expected.pixels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey_alpha16.png", "rgb16.png"})
    void aLargestSampleHoldsForColoursAndAlphaToo(String file) throws IOException {
        byte[] bytes = PillowNumbers.open("decode/" + file).readAllBytes();
        byte[] whole = decode(bytes, SixteenBit.SCALE);
        byte[] half = decode(bytes, new SixteenBit(32768));
        for (int i = 0; i < whole.length; i++) {
            int twice = Math.min(255, 2 * (whole[i] & 0xff));
            assertThat(half[i] & 0xff).isBetween(twice - 2, twice + 3);
        }
    }

    @Test
    void eightBitsAreNotTouched() throws IOException {
        RgbImage expected = PillowNumbers.read("decoded.npz").get("grey8.png");
        byte[] bytes = PillowNumbers.open("decode/grey8.png").readAllBytes();
        assertThat(decode(bytes, new SixteenBit(100))).isEqualTo(expected.pixels());
    }

    @Test
    void pixelsThatSomethingElseDecodedAreReadAlike() throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSample(0, 0, 0, 0x8000);
        ImageDecoder clip = new ImageDecoder().withSixteenBit(SixteenBit.CLIP);
        assertThat(new ImageDecoder().convert(image, "x").pixels()[0]).isEqualTo((byte) 128);
        assertThat(clip.convert(image, "x").pixels()[0]).isEqualTo((byte) 255);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scale", "clip", "max=4095", "max=1"})
    void itsWordsAreReadBack(String words) {
        assertThat(SixteenBit.parse(words)).hasToString(words);
        assertThat(SixteenBit.parse(" " + words.toUpperCase(java.util.Locale.ROOT)))
                .hasToString(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "auto", "max", "max=", "max=-1", "max=4095.0", "4095"})
    void otherWordsAreRefused(String words) {
        assertThatThrownBy(() -> SixteenBit.parse(words))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + words + "', expected scale");
    }

    @ParameterizedTest
    @ValueSource(strings = {"max=0", "max=65536"})
    void aLargestSampleOfMoreThanSixteenBitsIsRefused(String words) {
        assertThatThrownBy(() -> SixteenBit.parse(words))
                .hasMessageContaining("expected 1 to 65535");
    }

    @Test
    void aModelThatSaysNothingOfItClipsAsItDidWhenItWasTrained() {
        Map<String, Object> old = new TreeMap<>(Preprocessing.vitDefault(8).toMap());
        old.remove("sixteen_bit");
        assertThat(Preprocessing.fromMap(old).sixteenBit()).isEqualTo(SixteenBit.CLIP);
        assertThat(Preprocessing.fromMap(old).toMap()).isEqualTo(old);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scale", "clip", "max=4095"})
    void aModelRemembersWhatItWasTrainedWith(String words) {
        Preprocessing said =
                Preprocessing.vitDefault(8).withSixteenBit(SixteenBit.parse(words)).withSize(4, 4);
        assertThat(Preprocessing.fromMap(said.toMap())).isEqualTo(said);
    }

    private static byte[] decode(byte[] file, SixteenBit way) throws IOException {
        return new ImageDecoder().withSixteenBit(way).decode(file, "picture").pixels();
    }

    /** A square PNG of 16-bit grey whose samples go up by one from the first. */
    private static byte[] ramp(int side, int first) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < side * side; i++) {
            image.getRaster().setSample(i % side, i / side, 0, first + i);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }
}
