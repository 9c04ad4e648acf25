package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model folder opened by DJL itself: Criteria, ZooModel, Predictor. */
class DjlDoorsTest {

    private static final Path IMAGE = TinyClassifier.image("420.jpg");

    @TempDir private Path folder;
    private double[] expected;

    @BeforeEach
    void write() throws IOException {
        TinyClassifier.write(folder, 3);
        expected = TinyClassifier.expected(folder.resolve("adapter"), IMAGE);
    }

    private <I, O> Criteria.Builder<I, O> criteria(Class<I> input, Class<O> output) {
        return Criteria.builder()
                .setTypes(input, output)
                .optModelPath(folder.resolve("model"))
                .optTranslatorFactory(new VitTranslatorFactory());
    }

    private <I, O> O ask(Class<I> inputType, Class<O> outputType, I input)
            throws IOException, ModelException, TranslateException {
        try (ZooModel<I, O> model = criteria(inputType, outputType).build().loadModel();
                Predictor<I, O> predictor = model.newPredictor()) {
            return predictor.predict(input);
        }
    }

    private void assertExpected(Classifications actual) {
        assertThat(actual.getClassNames()).isEqualTo(TinyClassifier.CLASSES);
        double[] found =
                actual.getProbabilities().stream().mapToDouble(Double::doubleValue).toArray();
        assertThat(found).containsExactly(expected, within(1e-5));
    }

    @Test
    void everyKindOfInputIsAnsweredAsTheAdaptedModelAnswers() throws Exception {
        assertExpected(ask(Path.class, Classifications.class, IMAGE));
        assertExpected(ask(byte[].class, Classifications.class, Files.readAllBytes(IMAGE)));
        try (InputStream in = Files.newInputStream(IMAGE)) {
            assertExpected(ask(InputStream.class, Classifications.class, in));
        }
        // ImageIO's decoder is the one behind both.
        Image image = ImageFactory.getInstance().fromFile(IMAGE);
        assertExpected(ask(Image.class, Classifications.class, image));
    }

    @Test
    void aPredictorForEachThreadAndBatchesAnswerTheSame() throws Exception {
        try (ZooModel<Path, Classifications> model =
                criteria(Path.class, Classifications.class).build().loadModel()) {
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<List<Classifications>>> work = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    work.add(
                            threads.submit(
                                    () -> {
                                        List<Classifications> answers = new ArrayList<>();
                                        try (Predictor<Path, Classifications> own =
                                                model.newPredictor()) {
                                            for (int i = 0; i < 20; i++) {
                                                List<Path> batch = List.of(IMAGE, IMAGE, IMAGE);
                                                answers.addAll(own.batchPredict(batch));
                                            }
                                        }
                                        return answers;
                                    }));
                }
                for (Future<List<Classifications>> each : work) {
                    assertThat(each.get()).hasSize(60);
                    each.get().forEach(this::assertExpected);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void closingTheModelFreesTheWeights() throws Exception {
        ask(Path.class, Classifications.class, IMAGE);
        int before = TinyClassifier.aliveArrays();
        ask(Path.class, Classifications.class, IMAGE);
        assertThat(TinyClassifier.aliveArrays()).isLessThanOrEqualTo(before);
    }

    @Test
    void aRequestToAServerIsAnsweredInJson() throws Exception {
        Input request = new Input();
        request.add(Files.readAllBytes(IMAGE));
        Output answer = ask(Input.class, Output.class, request);
        assertThat(answer.getProperty("Content-Type", "")).isEqualTo("application/json");
        assertThat(answer.getData().getAsString())
                .contains("\"className\"")
                .contains("\"probability\"")
                .contains("\"" + best() + "\"");
    }

    private String best() {
        int best = 0;
        for (int i = 1; i < expected.length; i++) {
            best = expected[i] > expected[best] ? i : best;
        }
        return TinyClassifier.CLASSES.get(best);
    }

    private static Input request(byte[] body) {
        Input request = new Input();
        request.add(body);
        return request;
    }

    @Test
    void aRequestThatIsNoImageIsTheClientsFault() throws Exception {
        byte[] text = "no image".getBytes(StandardCharsets.US_ASCII);
        Output refused = ask(Input.class, Output.class, request(text));
        assertThat(refused.getCode()).isEqualTo(400);
        assertThat(refused.getData().getAsString()).contains("the image: text");
        Output empty = ask(Input.class, Output.class, new Input());
        assertThat(empty.getCode()).isEqualTo(400);
        assertThat(empty.getData().getAsString())
                .contains("the request is empty, expected an encoded image");
    }

    @Test
    void aBadRequestOfABatchIsRefusedAlone() throws Exception {
        byte[] image = Files.readAllBytes(IMAGE);
        byte[] cut = Arrays.copyOf(image, image.length / 2);
        List<Input> batch = List.of(request(image), request(cut), request(image), new Input());
        try (ZooModel<Input, Output> model =
                        criteria(Input.class, Output.class).build().loadModel();
                Predictor<Input, Output> predictor = model.newPredictor()) {
            List<Output> answers = predictor.batchPredict(batch);
            assertThat(answers).extracting(Output::getCode).containsExactly(200, 400, 200, 400);
            for (int good : new int[] {0, 2}) {
                assertThat(answers.get(good).getData().getAsString())
                        .contains("[{\"className\":\"" + best() + "\"");
            }
            assertThat(answers.get(1).getData().getAsString()).contains("truncated JPEG");
        }
    }

    @Test
    void theJsonHasAsManyClassesAsAreAskedFor() throws Exception {
        try (ZooModel<Input, Output> model =
                        criteria(Input.class, Output.class)
                                .optArgument("topK", "2")
                                .build()
                                .loadModel();
                Predictor<Input, Output> predictor = model.newPredictor()) {
            String json =
                    predictor.predict(request(Files.readAllBytes(IMAGE))).getData().getAsString();
            assertThat(json.split("className", -1)).hasSize(3);
        }
    }

    @Test
    void limitsAreArguments() {
        Criteria<Path, Classifications> small =
                criteria(Path.class, Classifications.class).optArgument("max_bytes", 10).build();
        assertThatThrownBy(
                        () -> {
                            try (ZooModel<Path, Classifications> model = small.loadModel();
                                    Predictor<Path, Classifications> own = model.newPredictor()) {
                                own.predict(IMAGE);
                            }
                        })
                .isInstanceOf(TranslateException.class)
                .hasMessageContaining("expected at most 10 (ImageLimits,");
        Criteria<Path, Classifications> wrong =
                criteria(Path.class, Classifications.class).optArgument("max_bytes", "x").build();
        assertThatThrownBy(wrong::loadModel)
                .isInstanceOf(ModelException.class)
                .hasStackTraceContaining("max_bytes is \"x\", expected a whole number");
    }

    @Test
    void aFolderWithoutItsConfigurationIsRefused() throws IOException {
        Files.delete(folder.resolve("model/config.json"));
        assertThatThrownBy(() -> ask(Path.class, Classifications.class, IMAGE))
                .isInstanceOf(ModelException.class)
                .hasStackTraceContaining("says no class names or no preprocessing");
    }
}
