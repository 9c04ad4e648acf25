package io.github.rlrr.vit.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.Crop;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDatasetTest {

    private static final Preprocessing TINY = Preprocessing.vitDefault(4);

    /** Resizes to 6 x 6 before it cuts. */
    private static final Preprocessing CROPPED =
            new Preprocessing(
                    4,
                    4,
                    TINY.interpolation(),
                    TINY.mean(),
                    TINY.std(),
                    Crop.of(Crop.Mode.SQUASH, 4, 6));

    @TempDir Path root;

    @Test
    void loadsEveryFileInTheListingsOrder() throws IOException {
        ImageListing listing = twoClasses(20);
        List<Integer> progress = new ArrayList<>();
        LoadOptions options = LoadOptions.defaults().withParallelism(4).withProgress(progress::add);

        ImageDataset dataset = ImageDataset.load(listing, TINY, options);

        assertThat(dataset.size()).isEqualTo(40);
        assertThat(dataset.exampleShape()).isEqualTo(new Shape(3, 4, 4));
        assertThat(dataset.answerNames()).containsExactly("a", "b");
        assertThat(dataset.preprocessing()).isEqualTo(TINY);
        assertThat(progress)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 40).boxed().toList());
        for (int i = 0; i < 40; i++) {
            assertThat((int) dataset.target(i)[0]).isEqualTo(i / 20);
            assertThat(dataset.path(i)).isEqualTo(listing.entries().get(i).path());
            assertThat(dataset.imageAt(i))
                    .isEqualTo(TINY.resize(new ImageDecoder().decode(dataset.path(i))));
        }
    }

    @Test
    void readsWithoutDrawingUnlessItFlips() {
        SplittableRandom random = new SplittableRandom(9);
        ImageDataset dataset = inMemory(3);

        assertThat(read(dataset, 1, random)).isEqualTo(plain(dataset, 1));
        assertThat(random.nextLong()).isEqualTo(new SplittableRandom(9).nextLong());
    }

    @Test
    void flipsHalfTheTimeByTheGivenRandomAlone() {
        ImageDataset plain = inMemory(1);
        ImageDataset flipping = plain.withFlip(true);
        float[] mirrored = new float[48];
        TINY.normalise(plain.imageAt(0), true, mirrored, 0);
        int flips = 0;
        for (int seed = 0; seed < 1000; seed++) {
            boolean expected = new SplittableRandom(seed).nextBoolean();
            flips += expected ? 1 : 0;

            assertThat(read(flipping, 0, new SplittableRandom(seed)))
                    .isEqualTo(expected ? mirrored : plain(plain, 0));
        }
        assertThat(flips).isBetween(400, 600);
        assertThat(flipping.imageAt(0)).isSameAs(plain.imageAt(0));
    }

    @Test
    void readsTheSameValuesOnEightThreadsAtOnce() throws Exception {
        ImageDataset dataset = inMemory(50).withFlip(true);
        Callable<List<float[]>> readAll =
                () ->
                        IntStream.range(0, 50)
                                .mapToObj(i -> read(dataset, i, new SplittableRandom(i)))
                                .toList();
        List<float[]> expected = readAll.call();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (Future<List<float[]>> future :
                    threads.invokeAll(Collections.nCopies(64, readAll))) {
                List<float[]> actual = future.get();
                for (int i = 0; i < 50; i++) {
                    assertThat(actual.get(i)).isEqualTo(expected.get(i));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void collectsAllUnreadableFilesIntoOneError() throws IOException {
        for (int i = 0; i < 5; i++) {
            Path file = root.resolve("b/bad" + i + ".jpg");
            Files.createDirectories(root.resolve("b"));
            Files.writeString(file, i == 0 ? "" : "hello");
        }
        ImageListing listing = twoClasses(2);

        assertThatThrownBy(() -> ImageDataset.load(listing, TINY))
                .isInstanceOf(UnreadableImagesException.class)
                .hasMessageStartingWith("5 of 9 images cannot be read: [")
                .hasMessageContaining("bad0.jpg: 0 bytes; expected")
                .hasMessageContaining("bad1.jpg: text, starts with 'hello'; expected")
                .hasMessageContaining("bad2.jpg")
                .hasMessageNotContaining("bad3.jpg")
                .hasMessageEndingWith(
                        "] and 2 more (repair or remove them, or allow some:"
                                + " --skip-unreadable, in Java LoadOptions.withMaxUnreadable)")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(5));
    }

    @Test
    void leavesUnreadableFilesOutOnlyUpToTheFractionAllowed() throws IOException {
        Files.createDirectories(root.resolve("a"));
        Files.writeString(root.resolve("a/000-bad.png"), "hello");
        ImageListing listing = twoClasses(2);
        LoadOptions defaults = LoadOptions.defaults();

        ImageDataset dataset = ImageDataset.load(listing, TINY, defaults.withMaxUnreadable(0.2));

        assertThat(dataset.size()).isEqualTo(4);
        assertThat(IntStream.range(0, 4).map(i -> (int) dataset.target(i)[0]))
                .containsExactly(0, 0, 1, 1);
        assertThat(dataset.path(0)).isEqualTo(root.resolve("a/000.png"));
        assertThatThrownBy(() -> ImageDataset.load(listing, TINY, defaults.withMaxUnreadable(0.19)))
                .hasMessageStartingWith("1 of 5 images cannot be read");
    }

    /** Of 20 images of 48, 108 or 144 bytes, all, some and none fit. */
    @ParameterizedTest
    @ValueSource(strings = {"flip", "random-crop,flip", "random-resized-crop,flip"})
    void whatIsReadDoesNotDependOnWhatFitsIntoMemory(String augmentation) throws IOException {
        ImageListing listing = twoClasses(10);
        Augmentation chosen = Augmentation.parse(augmentation);
        List<List<float[]>> examples = new ArrayList<>();
        for (long limit : new long[] {1 << 20, 500, 1}) {
            LoadOptions options = LoadOptions.defaults().withParallelism(3).withMemoryLimit(limit);
            ImageDataset dataset = ImageDataset.load(listing, CROPPED, chosen, options);
            examples.add(readAll(dataset));
            for (int i = 0; i < 20; i++) {
                assertThat((int) dataset.target(i)[0]).isEqualTo(i / 10);
                assertThat(dataset.imageAt(i))
                        .isEqualTo(CROPPED.resize(new ImageDecoder().decode(dataset.path(i))));
            }
        }
        for (int i = 0; i < 20; i++) {
            assertThat(examples.get(1).get(i)).isEqualTo(examples.get(0).get(i));
            assertThat(examples.get(2).get(i)).isEqualTo(examples.get(0).get(i));
        }
    }

    @Test
    void theFirstImagesThatFitAreHeldAndTheOthersReadAgain() throws IOException {
        ImageListing listing = twoClasses(10);
        LoadOptions options = LoadOptions.defaults().withParallelism(4).withMemoryLimit(8 * 48);
        ImageDataset dataset = ImageDataset.load(listing, TINY, options);
        for (int i = 0; i < 20; i++) {
            Files.delete(dataset.path(i));
        }

        for (int i = 0; i < 8; i++) {
            assertThat(read(dataset, i, new SplittableRandom(0))).isNotNull();
        }
        for (int i = 8; i < 20; i++) {
            int index = i;
            assertThatThrownBy(() -> read(dataset, index, new SplittableRandom(0)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("was readable when the data set was loaded")
                    .hasMessageContaining(dataset.path(index) + ": no such file");
        }
    }

    @Test
    void filesBeyondTheMemoryAreCheckedWhenTheSetIsLoaded() throws IOException {
        ImageListing listing = twoClasses(3);
        Files.writeString(listing.entries().get(5).path(), "hello");
        LoadOptions options = LoadOptions.defaults().withMemoryLimit(1);

        assertThatThrownBy(() -> ImageDataset.load(listing, TINY, options))
                .isInstanceOf(UnreadableImagesException.class)
                .hasMessageStartingWith("1 of 6 images cannot be read");
        assertThat(ImageDataset.load(listing, TINY, options.withMaxUnreadable(0.2)).size())
                .isEqualTo(5);
    }

    @Test
    void refusesARandomCropWithoutRoomBeforeAnyFileIsRead() {
        ImageListing missing =
                new ImageListing(
                        List.of("a"), List.of(new ImageListing.Entry(Path.of("none"), 0)), 0);
        Augmentation crop = Augmentation.parse("random-crop");

        assertThatThrownBy(() -> ImageDataset.load(missing, TINY, crop, LoadOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("random crop of 4x4");
    }

    @Test
    void refusesEmptyAndMismatchedInput() {
        assertThatThrownBy(
                        () -> ImageDataset.load(new ImageListing(List.of("a"), List.of(), 0), TINY))
                .hasMessage("a data set of 0 images, expected at least 1");
        assertThatThrownBy(
                        () ->
                                ImageDataset.of(
                                        List.of(noise(1)), List.of(0, 1), List.of("a", "b"), TINY))
                .hasMessage("labels: 2, expected one for each of the 1 images");
        assertThatThrownBy(() -> ImageDataset.of(List.of(noise(1)), List.of(1), List.of("a"), TINY))
                .hasMessageContaining("label 1, expected 0 to 0 (there are 1 classes)");
    }

    @Test
    void refusesOptionsOutsideTheirRanges() {
        LoadOptions options = LoadOptions.defaults();

        assertThatThrownBy(() -> options.withParallelism(0))
                .hasMessage("parallelism: 0, expected 1 up");
        assertThatThrownBy(() -> options.withMemoryLimit(0))
                .hasMessage("memoryLimit: 0, expected 1 up");
        assertThatThrownBy(() -> options.withMaxUnreadable(Double.NaN))
                .hasMessage("maxUnreadable: NaN, expected a fraction, 0 to 1");
    }

    private static List<float[]> readAll(ImageDataset dataset) {
        return IntStream.range(0, dataset.size())
                .mapToObj(i -> read(dataset, i, new SplittableRandom(i)))
                .toList();
    }

    private ImageListing twoClasses(int imagesEach) throws IOException {
        Pictures.fill(root.resolve("a"), imagesEach);
        Pictures.fill(root.resolve("b"), imagesEach);
        return ImageFolder.scan(root);
    }

    private static ImageDataset inMemory(int images) {
        List<RgbImage> pictures = IntStream.range(0, images).mapToObj(i -> noise(i)).toList();
        List<Integer> labels = IntStream.range(0, images).map(i -> i % 2).boxed().toList();
        return ImageDataset.of(pictures, labels, List.of("even", "odd"), TINY);
    }

    private static RgbImage noise(int seed) {
        byte[] pixels = new byte[3 * 7 * 9];
        new SplittableRandom(seed).nextBytes(pixels);
        return new RgbImage(7, 9, pixels);
    }

    private static float[] plain(ImageDataset dataset, int index) {
        float[] target = new float[48];
        TINY.normalise(dataset.imageAt(index), false, target, 0);
        return target;
    }

    /** Reads into the middle of an array and checks that the rest is untouched. */
    private static float[] read(ImageDataset dataset, int index, SplittableRandom random) {
        float[] target = new float[50];
        dataset.read(index, random, target, 1);
        assertThat(target[0]).isZero();
        assertThat(target[49]).isZero();
        return Arrays.copyOfRange(target, 1, 49);
    }
}
