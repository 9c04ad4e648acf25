package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CropTest {

    private static final List<Float> HALF = List.of(0.5f, 0.5f, 0.5f);

    record Case(String name, RgbImage source, Preprocessing preprocessing, RgbImage expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> timmCases() throws IOException {
        Map<String, RgbImage> sources = PillowNumbers.read("more_resized.npz");
        List<Case> cases = new ArrayList<>();
        PillowNumbers.read("cropped.npz")
                .forEach(
                        (name, expected) -> {
                            int slash = name.indexOf('/');
                            String[] how = name.substring(slash + 1).split("_", -1);
                            Crop.Mode mode = Crop.Mode.valueOf(how[0].toUpperCase(Locale.ROOT));
                            Preprocessing preprocessing =
                                    new Preprocessing(
                                            expected.height(),
                                            expected.width(),
                                            Interpolation.valueOf(how[1].toUpperCase(Locale.ROOT)),
                                            HALF,
                                            HALF,
                                            new Crop(mode, Double.parseDouble(how[2])));
                            String source = name.substring(0, slash) + "/source";
                            cases.add(
                                    new Case(
                                            name,
                                            Objects.requireNonNull(sources.get(source)),
                                            preprocessing,
                                            expected));
                        });
        return cases;
    }

    @ParameterizedTest
    @MethodSource("timmCases")
    void equalsTimmInEveryValue(Case given) {
        assertThat(given.preprocessing().resize(given.source())).isEqualTo(given.expected());
    }

    @Test
    void allParityCasesAreThere() throws IOException {
        assertThat(timmCases()).hasSize(10);
    }

    @Test
    void theSizeBeforeTheCutIsRoundedDown() {
        assertThat(new Crop(Crop.Mode.CENTER, 0.9).resized(224)).isEqualTo(248);
        assertThat(new Crop(Crop.Mode.CENTER, 0.875).resized(224)).isEqualTo(256);
        assertThat(Crop.NONE.resized(224)).isEqualTo(224);
    }

    @Test
    void everyPairOfSizesGivesACropThatReachesIt() {
        for (int size = 1; size <= 600; size++) {
            for (int resized = size; resized <= Math.min(600, 2 * size); resized++) {
                assertThat(Crop.of(Crop.Mode.CENTER, size, resized).resized(size))
                        .isEqualTo(resized);
            }
        }
    }

    /** Whole, the resized image would have 76 million pixels for a result of 8 × 8. */
    @Test
    void nothingBesideTheCutIsComputed() {
        RgbImage line = new RgbImage(300_000, 1, new byte[900_000]);
        Preprocessing preprocessing =
                new Preprocessing(
                        8, 8, Interpolation.BICUBIC, HALF, HALF, new Crop(Crop.Mode.CENTER, 0.5));
        long before = allocated();
        assertThat(preprocessing.resize(line).pixels()).hasSize(192);
        assertThat(allocated() - before).isLessThan(1_000_000);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    @Test
    void travelsInAMapUnlessTheWholeImageIsSquashed() {
        Preprocessing squash = Preprocessing.vitDefault(8);
        assertThat(squash.toMap()).doesNotContainKey("crop");
        assertThat(Preprocessing.fromMap(squash.toMap())).isEqualTo(squash);
        Preprocessing cropped =
                new Preprocessing(
                        8, 6, Interpolation.BILINEAR, HALF, HALF, new Crop(Crop.Mode.CENTER, 0.9));
        assertThat(cropped.toMap())
                .containsEntry("crop", Map.of("mode", "center", "fraction", 0.9));
        assertThat(Preprocessing.fromMap(cropped.toMap())).isEqualTo(cropped);
        assertThat(cropped.withSize(16, 12).crop()).isEqualTo(cropped.crop());
    }

    @Test
    void refusesACropThatMeansNothing() {
        assertThatThrownBy(() -> new Crop(Crop.Mode.CENTER, 1.1))
                .hasMessage("crop fraction: 1.1, expected 0.01 to 1");
        assertThatThrownBy(() -> Crop.of(Crop.Mode.CENTER, 224, 200))
                .isInstanceOf(IllegalArgumentException.class);
        Map<String, Object> map = new LinkedHashMap<>(Preprocessing.vitDefault(8).toMap());
        map.put("crop", Map.of("mode", "border", "fraction", 1.0));
        assertThatThrownBy(() -> Preprocessing.fromMap(map))
                .hasMessageContaining("crop (mode squash or center, fraction 0.01 to 1)");
    }
}
