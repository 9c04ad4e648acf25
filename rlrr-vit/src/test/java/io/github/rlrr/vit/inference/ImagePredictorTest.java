package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.task.Task;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.ImageSource;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several labels and numbers, in an application and through DJL's doors. */
class ImagePredictorTest {

    private static final Path IMAGE = TinyClassifier.image("420.jpg");
    private static final List<String> NAMES = TinyClassifier.CLASSES;
    private static final Regression NUMBERS =
            new Regression(
                    Regression.Loss.HUBER,
                    0.5,
                    List.of(0.0, 10.0, -3.0, 1e6, 0.5),
                    List.of(1.0, 2.0, 0.25, 1e5, 0.125));

    @TempDir Path folder;

    private float[] outputs;
    private MultiLabel labels;

    @BeforeEach
    void computeByAnotherWay() throws IOException {
        try (VisionTransformer vit = VitCheckpoint.load(TinyClassifier.BASE);
                AdaptedBlock adapted = TinyClassifier.adapted(vit, 5);
                NDManager manager = NDManager.newBaseManager()) {
            RgbImage sized = TinyClassifier.PREPROCESSING.resize(new ImageDecoder().decode(IMAGE));
            float[] values = new float[3 * 16 * 16];
            TinyClassifier.PREPROCESSING.normalise(sized, false, values, 0);
            NDList input = new NDList(manager.create(values, new Shape(1, 3, 16, 16)));
            outputs =
                    adapted.forward(new ParameterStore(manager, false), input, false)
                            .head()
                            .toFloatArray();
        }
        List<Double> thresholds = new ArrayList<>();
        for (int i = 0; i < outputs.length; i++) {
            double probability = 1 / (1 + Math.exp(-outputs[i]));
            thresholds.add(i % 2 == 0 ? probability - 0.01 : probability + 0.01);
        }
        labels = new MultiLabel(List.of(), thresholds);
    }

    /** Writes adapter and model; the model in a layout. */
    private void write(Task task, VitLayout layout) throws IOException {
        AdapterMetadata metadata = TinyClassifier.metadata().withTask(task);
        try (VisionTransformer vit = VitCheckpoint.load(TinyClassifier.BASE);
                AdaptedBlock adapted = TinyClassifier.adapted(vit, 5);
                VisionTransformer merged = vit.merged(adapted)) {
            adapted.save(folder.resolve("adapter"), metadata);
            ModelFolder.save(merged, folder.resolve("model"), layout, TensorType.F32, metadata);
        }
    }

    private void assertLabels(Answer answer) {
        assertThat(answer.labels()).containsExactly("ant", "cat", "eel");
        assertThat(answer.names()).isEqualTo(NAMES);
        for (int i = 0; i < outputs.length; i++) {
            assertThat(answer.value(NAMES.get(i)))
                    .isCloseTo(1 / (1 + Math.exp(-outputs[i])), within(1e-5));
        }
        assertThat(answer.cells()).containsExactly("ant|cat|eel");
        assertThat(answer.accepted()).isTrue();
    }

    private void assertNumbers(Answer answer) {
        assertThat(answer.labels()).isEmpty();
        for (int i = 0; i < outputs.length; i++) {
            double deviation = NUMBERS.deviations().get(i);
            assertThat(answer.byName().get(NAMES.get(i)))
                    .isCloseTo(
                            NUMBERS.means().get(i) + deviation * outputs[i],
                            within(1e-5 * deviation));
        }
        assertThatThrownBy(() -> answer.value("fox"))
                .hasMessage("no answer is called fox; there are " + NAMES);
    }

    @ParameterizedTest
    @EnumSource(VitLayout.class)
    void labelsAreGivenFromTheirThresholdsOnByAdapterAndModel(VitLayout layout) throws IOException {
        write(labels, layout);
        for (String kind : List.of("adapter", "model")) {
            try (ImagePredictor predictor = ImagePredictor.open(folder.resolve(kind))) {
                assertThat(predictor.task()).isEqualTo(labels);
                assertLabels(predictor.predict(IMAGE));
                assertLabels(predictor.predict(Files.readAllBytes(IMAGE)));
                assertThat(predictor.predict(List.of(ImageSource.of(IMAGE), ImageSource.of(IMAGE))))
                        .hasSize(2)
                        .allSatisfy(this::assertLabels);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(VitLayout.class)
    void numbersAreAnsweredInTheirUnitByAdapterAndModel(VitLayout layout) throws IOException {
        write(NUMBERS, layout);
        for (String kind : List.of("adapter", "model")) {
            try (ImagePredictor predictor =
                    ImagePredictor.builder().rejectBelow(0.9).open(folder.resolve(kind))) {
                assertThat(predictor.task()).isEqualTo(NUMBERS);
                assertNumbers(predictor.predict(IMAGE));
                assertThat(predictor.predict(IMAGE).accepted()).isTrue();
            }
        }
    }

    @Test
    void oneLabelIsAnsweredAsByTheClassifier() throws IOException {
        write(SingleLabel.USUAL, VitLayout.TIMM);
        try (ImagePredictor predictor = ImagePredictor.open(folder.resolve("model"));
                ImageClassifier classifier = ImageClassifier.open(folder.resolve("model"))) {
            Answer answer = predictor.predict(IMAGE);
            assertThat(answer.ranked()).isEqualTo(classifier.classify(IMAGE).ranked());
            assertThat(answer.labels()).containsExactly(classifier.classify(IMAGE).best().name());
        }
    }

    @Test
    void whatAnswersWithOneLabelAloneRefusesOthersInOneLine() throws IOException {
        write(labels, VitLayout.TIMM);
        for (String kind : List.of("adapter", "model")) {
            int before = TinyClassifier.aliveArrays();
            assertThatThrownBy(() -> ImageClassifier.open(folder.resolve(kind)))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            folder.resolve(kind)
                                    + " was trained for the task multi-label, expected"
                                    + " single-label; ImagePredictor opens it");
            assertThat(TinyClassifier.aliveArrays()).isLessThanOrEqualTo(before);
        }
        try (VisionTransformer vit = VitCheckpoint.load(TinyClassifier.BASE);
                ClassifierPool pool = ClassifierPool.on(vit, 1 << 20)) {
            assertThatThrownBy(() -> pool.load("a", folder.resolve("adapter")))
                    .hasMessageContaining("expected single-label; ImagePredictor opens it");
        }
    }

    private <I, O> O ask(Class<I> input, Class<O> output, I image) throws Exception {
        Criteria<I, O> criteria =
                Criteria.builder()
                        .setTypes(input, output)
                        .optModelPath(folder.resolve("model"))
                        .optTranslatorFactory(new VitTranslatorFactory())
                        .build();
        try (ZooModel<I, O> model = criteria.loadModel();
                Predictor<I, O> predictor = model.newPredictor()) {
            return predictor.predict(image);
        }
    }

    private JsonObject served() throws Exception {
        Input request = new Input();
        request.add(Files.readAllBytes(IMAGE));
        Output output = ask(Input.class, Output.class, request);
        return JsonParser.parseString(output.getData().getAsString()).getAsJsonObject();
    }

    @Test
    void djlsDoorsGiveLabels() throws Exception {
        write(labels, VitLayout.TIMM);
        assertLabels(ask(Path.class, Answer.class, IMAGE));
        Classifications all = ask(Path.class, Classifications.class, IMAGE);
        assertThat(all.get("bee").getProbability())
                .isCloseTo(1 / (1 + Math.exp(-outputs[1])), within(1e-5));
        JsonObject json = served();
        assertThat(json.get("labels").toString()).isEqualTo("[\"ant\",\"cat\",\"eel\"]");
        assertThat(json.getAsJsonObject("values").get("bee").getAsDouble())
                .isCloseTo(1 / (1 + Math.exp(-outputs[1])), within(1e-5));
    }

    @Test
    void djlsDoorsGiveNumbers() throws Exception {
        write(NUMBERS, VitLayout.TIMM);
        assertNumbers(ask(Path.class, Answer.class, IMAGE));
        JsonObject json = served();
        assertThat(json.keySet()).containsExactly("values");
        assertThat(json.getAsJsonObject("values").get("bee").getAsDouble())
                .isCloseTo(10 + 2 * outputs[1], within(1e-4));
        assertThatThrownBy(() -> ask(Path.class, Classifications.class, IMAGE))
                .hasStackTraceContaining(
                        "answers with numbers, which Classifications cannot hold; ask for"
                                + " io.github.rlrr.vit.inference.Answer");
    }

    @Test
    void aTaskThatIsDamagedIsSaidInOneLine() throws IOException {
        write(labels, VitLayout.TIMM);
        Path config = folder.resolve("model/config.json");
        String text = Files.readString(config);
        for (Map.Entry<String, String> damage :
                Map.of("\"multi-label\"", "\"oracle\"", "\"thresholds\": [", "\"thresholds\": [7,")
                        .entrySet()) {
            assertThat(text).contains(damage.getKey());
            Files.writeString(config, text.replace(damage.getKey(), damage.getValue()));
            assertThatThrownBy(() -> ImagePredictor.open(folder.resolve("model")))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(config + ": the task");
        }
    }
}
