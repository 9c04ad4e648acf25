package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.torch.Processor;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.part.Precision;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classifier that an application keeps. */
class ImageClassifierTest {

    private static final List<Path> IMAGES =
            List.of(
                    TinyClassifier.image("rgb8.png"),
                    TinyClassifier.image("420.jpg"),
                    TinyClassifier.image("palette.gif"),
                    TinyClassifier.image("grey8.png"));

    @TempDir private Path folder;
    private ImageClassifier classifier;

    @BeforeEach
    void open() throws IOException {
        TinyClassifier.write(folder, 1);
        classifier = ImageClassifier.open(folder.resolve("model"));
    }

    @AfterEach
    void close() {
        classifier.close();
    }

    private static void assertSame(Classification actual, double[] expected) {
        assertThat(actual.probabilities()).containsExactly(expected, within(1e-5));
    }

    @Test
    void answersAsTheAdaptedModelDoesFromEitherFolder() throws IOException {
        Path adapter = folder.resolve("adapter");
        try (ImageClassifier merged = ImageClassifier.open(adapter)) {
            for (Path image : IMAGES) {
                double[] expected = TinyClassifier.expected(adapter, image);
                assertSame(classifier.classify(image), expected);
                assertSame(merged.classify(image), expected);
            }
        }
    }

    @Test
    void theModelFolderNeedsNothingElse() throws IOException {
        Path moved = folder.resolve("moved");
        Files.move(folder.resolve("model"), moved);
        try (ImageClassifier other = ImageClassifier.open(moved)) {
            assertThat(other.classNames()).isEqualTo(TinyClassifier.CLASSES);
            assertThat(other.preprocessing()).isEqualTo(TinyClassifier.PREPROCESSING);
            assertThat(other.rejectBelow()).isEqualTo(0.3);
            assertThat(other.classify(IMAGES.get(0))).isEqualTo(classifier.classify(IMAGES.get(0)));
        }
    }

    @Test
    void takesPathsBytesStreamsAndPixelsAlike() throws IOException {
        Path image = IMAGES.get(0);
        Classification expected = classifier.classify(image);
        assertThat(classifier.classify(Files.readAllBytes(image))).isEqualTo(expected);
        try (InputStream in = Files.newInputStream(image)) {
            assertThat(classifier.classify(in)).isEqualTo(expected);
        }
        BufferedImage pixels = ImageIO.read(image.toFile());
        assertThat(classifier.classify(pixels)).isEqualTo(expected);
    }

    @Test
    void answersAListInItsOrderWhateverTheBatches() throws IOException {
        List<ImageSource> sources = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            sources.add(ImageSource.of(IMAGES.get(i % IMAGES.size())));
        }
        try (ImageClassifier small =
                ImageClassifier.builder().batchSize(3).open(folder.resolve("model"))) {
            List<Classification> answers = small.classify(sources);
            assertThat(answers).hasSize(11);
            for (int i = 0; i < 11; i++) {
                Path image = IMAGES.get(i % IMAGES.size());
                assertSame(answers.get(i), classifier.classify(image).probabilities());
            }
        }
    }

    @Test
    void classesComeFromTheMostToTheLeastProbable() throws IOException {
        Classification answer = classifier.classify(IMAGES.get(0));
        assertThat(answer.ranked()).hasSize(5);
        assertThat(answer.ranked())
                .isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
        for (ClassProbability each : answer.ranked()) {
            assertThat(each.name()).isEqualTo(TinyClassifier.CLASSES.get(each.index()));
        }
        assertThat(answer.ranked().stream().mapToDouble(ClassProbability::probability).sum())
                .isCloseTo(1, within(1e-12));
        Classification tied = said(new float[5], TinyClassifier.CLASSES);
        assertThat(tied.best()).isEqualTo(new ClassProbability("ant", 0, 0.2));
    }

    private static Classification said(float[] logits, List<String> names) {
        Asking asking =
                new Asking(
                        new ImageDecoder(),
                        TinyClassifier.PREPROCESSING,
                        names,
                        SingleLabel.USUAL,
                        0);
        return Classification.of(asking.answer(logits));
    }

    @Test
    void anAnswerBelowTheThresholdIsRejected() throws IOException {
        double sure = classifier.classify(IMAGES.get(0)).best().probability();
        assertThat(classifier.classify(IMAGES.get(0)).accepted()).isEqualTo(sure >= 0.3);
        Path model = folder.resolve("model");
        try (ImageClassifier lenient = ImageClassifier.builder().rejectBelow(sure).open(model);
                ImageClassifier strict =
                        ImageClassifier.builder().rejectBelow(Math.nextUp(sure)).open(model)) {
            Classification taken = lenient.classify(IMAGES.get(0));
            assertThat(taken.label()).contains(taken.best().name());
            assertThat(strict.classify(IMAGES.get(0)).label()).isEmpty();
            assertThat(strict.classify(IMAGES.get(0)).ranked()).isEqualTo(taken.ranked());
        }
    }

    @Test
    void computesInBfloat16WhereItIsAskedTo() throws IOException {
        try (ImageClassifier coarse =
                ImageClassifier.builder()
                        .precision(Precision.BFLOAT16)
                        .open(folder.resolve("model"))) {
            double[] exact = classifier.classify(IMAGES.get(0)).probabilities();
            double[] rounded = coarse.classify(IMAGES.get(0)).probabilities();
            assertThat(rounded).isNotEqualTo(exact).containsExactly(exact, within(0.05));
        }
    }

    @Test
    void computesInTheTypeThatItsMachineIsFastInWhereItIsAskedTo() throws IOException {
        Path model = folder.resolve("model");
        boolean fast = Processor.isFastInBfloat16();
        Precision expected = fast ? Precision.BFLOAT16 : Precision.FLOAT32;
        try (ImageClassifier chosen = ImageClassifier.builder().fastPrecision().open(model);
                ImageClassifier named = ImageClassifier.builder().precision(expected).open(model)) {
            assertThat(chosen.classify(IMAGES.get(0)).probabilities())
                    .isEqualTo(named.classify(IMAGES.get(0)).probabilities());
        }
        assertThat(Precision.auto(Device.cpu())).isEqualTo(expected);
        assertThat(Precision.auto(Device.gpu())).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void lendsABlockWithoutClosingIt() throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(TinyClassifier.BASE);
                AdaptedBlock adapted = Rlrr.load(vit, folder.resolve("adapter"))) {
            ImageClassifier lent =
                    ImageClassifier.builder()
                            .of(adapted, TinyClassifier.PREPROCESSING, TinyClassifier.CLASSES);
            assertSame(
                    lent.classify(IMAGES.get(1)),
                    classifier.classify(IMAGES.get(1)).probabilities());
            lent.close();
            assertThat(adapted.trainableTensors().iterator().next().parameter().getArray())
                    .matches(array -> array.toFloatArray().length > 0);
        }
    }

    @Test
    void eightThreadsGetTheAnswersThatOneGets() throws Exception {
        List<Classification> expected = new ArrayList<>();
        for (Path image : IMAGES) {
            expected.add(classifier.classify(image));
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> work = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int first = t;
                work.add(
                        threads.submit(
                                () -> {
                                    start.await();
                                    for (int i = 0; i < 200; i++) {
                                        int which = (first + i) % IMAGES.size();
                                        assertThat(classifier.classify(IMAGES.get(which)))
                                                .isEqualTo(expected.get(which));
                                    }
                                    return null;
                                }));
            }
            start.countDown();
            for (Future<?> each : work) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closingWaitsForCallsUnderWay() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> answered =
                    thread.submit(
                            () -> {
                                int count = 0;
                                try {
                                    while (true) {
                                        classifier.classify(IMAGES.get(0));
                                        count++;
                                        reading.countDown();
                                    }
                                } catch (IllegalStateException e) {
                                    assertThat(e).hasMessage("this model is closed");
                                    return count;
                                }
                            });
            reading.await();
            classifier.close();
            assertThat(answered.get()).isPositive();
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aClosedClassifierSaysSo() {
        classifier.close();
        classifier.close();
        assertThatThrownBy(() -> classifier.classify(IMAGES.get(0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this model is closed");
    }

    private void assertRefused(byte[] image, String message) throws IOException {
        assertThatThrownBy(() -> classifier.classify(image))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining(message);
        assertThat(classifier.classify(IMAGES.get(0)).ranked()).hasSize(5);
    }

    @Test
    void badImagesAreRefusedAndTheNextOneIsAnswered() throws IOException {
        ByteArrayOutputStream pixel = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png", pixel);
        assertRefused(pixel.toByteArray(), "PNG of 1x1 pixels; expected at least 2 pixels a side");
        assertRefused("no image".getBytes(StandardCharsets.US_ASCII), "text");
        assertRefused(new byte[0], "0 bytes");
        assertRefused(gifBomb(), "GIF of 65535x65535 pixels; expected at most 25,000,000 pixels");
        assertRefused(new byte[20_000_001], "20,000,001 bytes or more");
    }

    /** 13 bytes of header that claim a picture of 12 GB, and one frame of that size. */
    private static byte[] gifBomb() {
        ByteBuffer gif = ByteBuffer.allocate(800).order(ByteOrder.LITTLE_ENDIAN);
        gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
        gif.putShort((short) 65535).putShort((short) 65535).put((byte) 0x80).putShort((short) 0);
        gif.put(new byte[] {0, 0, 0, -1, -1, -1});
        gif.put((byte) 0x2c).putInt(0).putShort((short) 65535).putShort((short) 65535);
        gif.put((byte) 0).put((byte) 2).put((byte) 2).put(new byte[] {0x4c, 0x01, 0, 0x3b});
        return gif.array();
    }

    @Test
    void aHugeFileIsRefusedUnread() throws IOException {
        Path huge = folder.resolve("huge.jpg");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(100_000_000);
        }
        assertThatThrownBy(() -> classifier.classify(huge))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining(
                        "huge.jpg: 100,000,000 bytes or more;"
                                + " expected at most 20,000,000 (ImageLimits,");
        try (InputStream in = Files.newInputStream(huge)) {
            assertThatThrownBy(() -> classifier.classify(in))
                    .hasMessageContaining("the image: 20,000,001 bytes or more");
        }
    }

    @Test
    void limitsAreTheApplicationsToChoose() throws IOException {
        try (ImageClassifier strict =
                ImageClassifier.builder()
                        .limits(new ImageLimits(64, 1_000_000, 1_000_000))
                        .open(folder.resolve("model"))) {
            BufferedImage small = new BufferedImage(64, 63, BufferedImage.TYPE_INT_RGB);
            assertThatThrownBy(() -> strict.classify(small))
                    .hasMessageStartingWith(
                            "the image: image of 64x63 pixels;"
                                    + " expected at least 64 pixels a side (ImageLimits,");
        }
    }

    @Test
    void anEmptyBatchIsRefused() {
        assertThatThrownBy(() -> classifier.classify(List.<ImageSource>of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the batch is empty, expected at least one image");
    }

    @Test
    void oneBadImageOfABatchIsNamed() {
        List<ImageSource> images =
                List.of(
                        ImageSource.of(IMAGES.get(0)),
                        ImageSource.of(new byte[] {1, 2, 3}, "upload 2"));
        assertThatThrownBy(() -> classifier.classify(images))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageContaining("upload 2: ");
    }

    @Test
    void aFolderThatIsNoModelSaysWhatIsMissing() throws IOException {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> ImageClassifier.open(none))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> ImageClassifier.open(TinyClassifier.BASE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("says no class names or no preprocessing");
    }

    @Test
    void anAdapterWithoutItsBaseSaysHowToNameIt() throws IOException {
        Path adapter = folder.resolve("lonely");
        try (VisionTransformer vit = VitCheckpoint.load(TinyClassifier.BASE);
                AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            adapted.save(
                    adapter,
                    new AdapterMetadata(
                            "timm:somewhere/else",
                            TinyClassifier.CLASSES,
                            TinyClassifier.PREPROCESSING.toMap()));
        }
        assertThatThrownBy(() -> ImageClassifier.open(adapter))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("\"timm:somewhere/else\", which is no file here")
                .hasMessageContaining("name its file as the base");
        try (ImageClassifier named =
                ImageClassifier.builder().base(TinyClassifier.BASE).open(adapter)) {
            assertThat(named.classify(IMAGES.get(0)).ranked()).hasSize(5);
        }
    }

    @Test
    void namesThatDoNotFitTheModelAreRefused() throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(TinyClassifier.BASE)) {
            List<String> two = List.of("yes", "no");
            assertThatThrownBy(
                            () ->
                                    ImageClassifier.builder()
                                            .of(vit, TinyClassifier.PREPROCESSING, two))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("2 class names, expected one for each of the model's 5 classes");
        }
        Path adapter = folder.resolve("two");
        try (VisionTransformer vit = VitCheckpoint.load(TinyClassifier.BASE);
                AdaptedBlock adapted = Rlrr.adapt(vit, RlrrConfig.published())) {
            adapted.save(
                    adapter,
                    new AdapterMetadata(
                            TinyClassifier.BASE.toString(),
                            List.of("yes", "no"),
                            TinyClassifier.PREPROCESSING.toMap()));
        }
        assertThatThrownBy(() -> ImageClassifier.open(adapter))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("two names 2 classes, its head has 5");
    }

    @Test
    void weightsThatAreNoNumbersAreNoAnswer() {
        assertThatThrownBy(() -> said(new float[] {0, Float.NaN}, List.of("a", "b")))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("the logit NaN, which is not finite");
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> ImageClassifier.builder().batchSize(0))
                .hasMessage("batchSize is 0, expected at least 1");
        assertThatThrownBy(() -> ImageClassifier.builder().rejectBelow(-0.1))
                .hasMessage("rejectBelow is -0.1, expected 0 to 1");
    }

    @Test
    void theSameModelInEveryLayoutAnswersTheSame() throws IOException {
        Map<String, Classification> answers = new TreeMap<>();
        for (VitLayout layout : VitLayout.values()) {
            Path target = folder.resolve(layout.name());
            try (VisionTransformer vit = VitCheckpoint.load(folder.resolve("model"))) {
                ModelFolder.save(
                        vit,
                        target,
                        layout,
                        TensorType.F32,
                        TinyClassifier.metadata().withRejectBelow(0.3));
            }
            try (ImageClassifier other = ImageClassifier.open(target)) {
                answers.put(layout.name(), other.classify(IMAGES.get(2)));
            }
        }
        assertThat(answers.values()).containsOnly(classifier.classify(IMAGES.get(2)));
    }
}
