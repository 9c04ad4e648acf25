package io.github.rlrr.vit.image;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every comparison is exact: the arithmetic is Pillow's integer arithmetic, so no level may differ.
 */
class ResamplingTest {

    record Case(String name, RgbImage source, Interpolation filter, RgbImage expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> publishedCases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Map.Entry<String, RgbImage> entry : PillowNumbers.read("resized.npz").entrySet()) {
            String picture = entry.getKey().substring(0, entry.getKey().indexOf('/'));
            RgbImage source =
                    new ImageDecoder().decode(PillowNumbers.open(picture + ".png"), picture);
            cases.add(new Case(entry.getKey(), source, filter(entry.getKey()), entry.getValue()));
        }
        return cases;
    }

    static List<Case> ownCases() throws IOException {
        Map<String, RgbImage> arrays = PillowNumbers.read("more_resized.npz");
        List<Case> cases = new ArrayList<>();
        arrays.forEach(
                (name, expected) -> {
                    if (!name.endsWith("/source")) {
                        String source = name.substring(0, name.indexOf('/')) + "/source";
                        cases.add(
                                new Case(
                                        name,
                                        requireNonNull(arrays.get(source)),
                                        filter(name),
                                        expected));
                    }
                });
        return cases;
    }

    private static Interpolation filter(String name) {
        String filter = name.substring(name.indexOf('/') + 1, name.lastIndexOf('_'));
        return Interpolation.valueOf(filter.toUpperCase(Locale.ROOT));
    }

    @ParameterizedTest
    @MethodSource({"publishedCases", "ownCases"})
    void equalsPillowInEveryValue(Case given) {
        RgbImage expected = given.expected();

        RgbImage actual =
                Resampling.resize(
                        given.source(), expected.width(), expected.height(), given.filter());

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void allParityCasesAreThere() throws IOException {
        assertThat(publishedCases()).hasSize(4);
        assertThat(ownCases()).hasSize(24);
    }

    @ParameterizedTest
    @EnumSource
    void keepsAFlatColourInAnySize(Interpolation filter) {
        byte[] pixels = new byte[3 * 7 * 5];
        Arrays.fill(pixels, (byte) 201);

        RgbImage resized = Resampling.resize(new RgbImage(7, 5, pixels), 31, 2, filter);

        assertThat(resized.pixels()).containsOnly((byte) 201);
    }

    @Test
    void leavesAnImageOfTheTargetSizeAsItIs() {
        RgbImage image = new RgbImage(2, 1, new byte[6]);

        assertThat(Resampling.resize(image, 2, 1, Interpolation.BICUBIC)).isSameAs(image);
    }

    @Test
    void refusesATargetWithoutPixels() {
        RgbImage image = new RgbImage(2, 1, new byte[6]);

        assertThatThrownBy(() -> Resampling.resize(image, 0, 4, Interpolation.BILINEAR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("target size: 0x4 (width x height), expected 1x1 up");
    }
}
