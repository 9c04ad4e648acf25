package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PreprocessingTest {

    private static final Preprocessing IMAGENET =
            new Preprocessing(
                    4,
                    5,
                    Interpolation.BILINEAR,
                    List.of(0.485f, 0.456f, 0.406f),
                    List.of(0.229f, 0.224f, 0.225f));

    private final RgbImage image = noise(5, 4);

    @Test
    void normalisesToTheFormulaChannelByChannelAndTouchesNothingElse() {
        float[] target = new float[2 + 60 + 3];
        IMAGENET.normalise(image, false, target, 2);

        assertThat(target[1]).isZero();
        assertThat(target[62]).isZero();
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < 4; y++) {
                for (int x = 0; x < 5; x++) {
                    float level = (image.pixels()[(y * 5 + x) * 3 + c] & 0xff) / 255f;
                    float expected = (level - IMAGENET.mean().get(c)) / IMAGENET.std().get(c);
                    assertThat(target[2 + (c * 4 + y) * 5 + x]).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void mirrorsLeftToRightWhenFlipped() {
        float[] plain = new float[60];
        float[] flipped = new float[60];
        IMAGENET.normalise(image, false, plain, 0);
        IMAGENET.normalise(image, true, flipped, 0);

        for (int row = 0; row < 12; row++) {
            for (int x = 0; x < 5; x++) {
                assertThat(flipped[row * 5 + x]).isEqualTo(plain[row * 5 + 4 - x]);
            }
        }
    }

    @Test
    void theViTDefaultRunsFromMinusOneToOneOnABicubicSquare() {
        Preprocessing vit = Preprocessing.vitDefault(2);
        byte[] pixels = new byte[12];
        pixels[0] = (byte) 255;
        float[] target = new float[12];

        vit.normalise(new RgbImage(2, 2, pixels), false, target, 0);

        assertThat(vit.interpolation()).isEqualTo(Interpolation.BICUBIC);
        assertThat(target[0]).isEqualTo(1f);
        assertThat(target[1]).isEqualTo(-1f);
    }

    @Test
    void squashesToItsSize() {
        RgbImage resized = IMAGENET.resize(noise(50, 20));

        assertThat(resized.width()).isEqualTo(5);
        assertThat(resized.height()).isEqualTo(4);
    }

    @Test
    void refusesAnImageOfAnotherSizeAndATargetTooShort() {
        assertThatThrownBy(() -> IMAGENET.normalise(noise(4, 5), false, new float[60], 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("image: 4x5 (width x height), expected 5x4; resize it first");
        assertThatThrownBy(() -> IMAGENET.normalise(image, false, new float[60], 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesFieldsThatMeanNothing() {
        List<Float> half = List.of(0.5f, 0.5f, 0.5f);
        assertThatThrownBy(() -> Preprocessing.vitDefault(0))
                .hasMessage("size: 0x0 (height x width), expected 1x1 up");
        assertThatThrownBy(
                        () -> new Preprocessing(1, 1, Interpolation.BICUBIC, List.of(0.5f), half))
                .hasMessage("mean: [0.5], expected three finite numbers");
        assertThatThrownBy(
                        () ->
                                new Preprocessing(
                                        1, 1, Interpolation.BICUBIC, half, List.of(1f, 0f, 1f)))
                .hasMessage("std: [1.0, 0.0, 1.0], expected three numbers above 0");
    }

    @Test
    void anImageChecksItsArray() {
        assertThatThrownBy(() -> new RgbImage(2, 2, new byte[11]))
                .hasMessage("pixels: 11 bytes, expected 12 = 3 x 2 x 2");
        assertThatThrownBy(() -> new RgbImage(0, 2, new byte[0]))
                .hasMessage("image size: 0x2 (width x height), expected 1x1 up");
        assertThat(new RgbImage(1, 2, new byte[6]))
                .isEqualTo(new RgbImage(1, 2, new byte[6]))
                .hasSameHashCodeAs(new RgbImage(1, 2, new byte[6]))
                .isNotEqualTo(new RgbImage(2, 1, new byte[6]))
                .hasToString("RgbImage[1x2]");
    }

    private static RgbImage noise(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        new SplittableRandom(3).nextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }
}
