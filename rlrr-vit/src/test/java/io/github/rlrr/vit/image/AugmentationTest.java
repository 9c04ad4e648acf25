package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every comparison with torchvision is exact, given the same draws. */
class AugmentationTest {

    private static final List<Float> HALF = List.of(0.5f, 0.5f, 0.5f);

    record Case(
            String name,
            RgbImage source,
            Preprocessing preprocessing,
            Region region,
            long seed,
            RgbImage expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> torchvisionCases() throws IOException {
        Map<String, RgbImage> sources = PillowNumbers.read("more_resized.npz");
        List<Case> cases = new ArrayList<>();
        PillowNumbers.read("augmented.npz")
                .forEach(
                        (name, expected) -> {
                            int slash = name.indexOf('/');
                            String[] how = name.substring(slash + 1).split("_", -1);
                            Crop crop =
                                    how[0].equals("resized")
                                            ? Crop.NONE
                                            : Crop.of(mode(how[0]), 28, 32);
                            cases.add(
                                    new Case(
                                            name,
                                            Objects.requireNonNull(
                                                    sources.get(
                                                            name.substring(0, slash) + "/source")),
                                            preprocessing(expected, how[1], crop),
                                            how[0].equals("resized")
                                                    ? new RandomResizedCrop(0.2)
                                                    : new RandomCrop(),
                                            Long.parseLong(how[2]),
                                            expected));
                        });
        return cases;
    }

    private static Crop.Mode mode(String name) {
        return Crop.Mode.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static Preprocessing preprocessing(RgbImage of, String filter, Crop crop) {
        Interpolation interpolation = Interpolation.valueOf(filter.toUpperCase(Locale.ROOT));
        return new Preprocessing(of.height(), of.width(), interpolation, HALF, HALF, crop);
    }

    @ParameterizedTest
    @MethodSource("torchvisionCases")
    void showsWhatTorchvisionShows(Case given) {
        RgbImage kept = given.region().keep(given.source(), given.preprocessing());

        RgbImage drawn =
                given.region().draw(kept, given.preprocessing(), new SplittableRandom(given.seed));

        assertThat(drawn).isEqualTo(given.expected());
    }

    @ParameterizedTest
    @MethodSource("torchvisionCases")
    void whatIsKeptGivesThePlainInput(Case given) {
        RgbImage kept = given.region().keep(given.source(), given.preprocessing());

        assertThat(given.region().plain(kept, given.preprocessing()))
                .isEqualTo(given.preprocessing().resize(given.source()));
    }

    @Test
    void allParityCasesAreThere() throws IOException {
        assertThat(torchvisionCases()).hasSize(54);
    }

    @Test
    void drawsThePartsThatTorchvisionDraws() throws IOException {
        int rows = 0;
        int whole = 0;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                PillowNumbers.open("parts.csv"), StandardCharsets.UTF_8))) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] values = line.split(",", -1);
                int[] n = new int[8];
                for (int i = 0; i < n.length; i++) {
                    n[i] = i == 3 ? 0 : Integer.parseInt(values[i]);
                }

                RandomResizedCrop crop = new RandomResizedCrop(Double.parseDouble(values[3]));

                assertThat(crop.part(n[1], n[2], new SplittableRandom(n[0])))
                        .as(line)
                        .isEqualTo(new RandomResizedCrop.Part(n[4], n[5], n[6], n[7]));
                rows++;
                whole += n[6] == n[1] && n[7] == n[2] ? 1 : 0;
            }
        }
        assertThat(rows).isEqualTo(720);
        assertThat(whole).isEqualTo(122); // the centre of last resort is among them
    }

    @Test
    void aRandomCropReachesEveryPlaceAndNoOther() {
        byte[] pixels = new byte[3 * 6 * 5];
        for (int i = 0; i < 30; i++) {
            pixels[3 * i] = (byte) i;
        }
        Preprocessing preprocessing =
                new Preprocessing(
                        3,
                        4,
                        Interpolation.BILINEAR,
                        HALF,
                        HALF,
                        new Crop(Crop.Mode.SQUASH, 1 / 1.7)); // 5 x 6
        RgbImage kept = new RandomCrop().keep(new RgbImage(6, 5, pixels), preprocessing);
        Set<Integer> corners = new HashSet<>();
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            corners.add((int) new RandomCrop().draw(kept, preprocessing, random).pixels()[0]);
        }
        assertThat(corners).containsExactlyInAnyOrder(0, 1, 2, 6, 7, 8, 12, 13, 14);
    }

    @Test
    void mirrorsAfterThePartIsDrawn() {
        Preprocessing preprocessing = Preprocessing.vitDefault(8);
        byte[] pixels = new byte[3 * 40 * 30];
        new SplittableRandom(3).nextBytes(pixels);
        RgbImage image = new RgbImage(40, 30, pixels);
        Augmentation augmentation = Augmentation.parse("random-resized-crop,flip");
        int flips = 0;
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RgbImage part = augmentation.region().draw(image, preprocessing, random);
            boolean mirrored = random.nextBoolean();
            flips += mirrored ? 1 : 0;
            float[] expected = new float[192];
            preprocessing.normalise(part, mirrored, expected, 0);
            float[] actual = new float[192];
            augmentation.read(image, preprocessing, new SplittableRandom(seed), actual, 0);
            assertThat(actual).isEqualTo(expected);
        }
        assertThat(flips).isBetween(30, 70);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "flip",
                "random-crop",
                "random-crop,flip",
                "random-resized-crop=0.35",
                "random-resized-crop=0.08,flip"
            })
    void readsWhatItWrites(String text) {
        assertThat(Augmentation.parse(text)).hasToString(text);
    }

    @Test
    void readsWordsInAnyOrder() {
        assertThat(Augmentation.parse(" flip , random-resized-crop"))
                .isEqualTo(new Augmentation(new RandomResizedCrop(0.08), true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rotate | 'rotate', expected none, flip, random-crop,",
                "flip,flip | 'flip' and one like it before",
                "random-crop,random-resized-crop | 'random-resized-crop' and one like it before",
                "random-resized-crop=big | the share of the area is 'big', expected a number",
                "random-resized-crop=0 | share of the area 0.0, expected above 0 to 1",
                "random-resized-crop=1.5 | share of the area 1.5, expected above 0 to 1",
                "random-crop, | '', expected none",
                "none,flip | 'none', expected none"
            })
    void refusesWhatItDoesNotKnow(String text, String message) {
        assertThatThrownBy(() -> Augmentation.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesARandomCropWithoutRoom() {
        assertThatThrownBy(() -> new RandomCrop().check(Preprocessing.vitDefault(224)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("random crop of 224x224 (height x width)")
                .hasMessageContaining("expected a crop fraction below 1, such as 0.875");
    }
}
