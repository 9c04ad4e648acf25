package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.SmallNetworks;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.image.Preprocessing;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of network there is a small checkpoint of, merged and written in each layout that has
 * it: the folder answers as the model in memory does, through this library's door and through
 * DJL's.
 */
@Tag("slow")
class EveryNetworkServedTest {

    private static final Path IMAGE = TinyClassifier.image("420.jpg");
    private static final List<String> CLASSES = List.of("ant", "bee", "cat");

    @TempDir private Path folder;

    @ParameterizedTest
    @MethodSource("io.github.rlrr.vit.SmallNetworks#names")
    void itsModelFolderAnswersAsTheMergedModelDoes(String network) throws Exception {
        try (Backbone loaded = SmallNetworks.load(network, folder)) {
            Backbone base = loaded.withHead(CLASSES.size());
            BackboneConfig config = base.config();
            Preprocessing preprocessing =
                    Preprocessing.vitDefault(config.imageHeight())
                            .withSize(config.imageHeight(), config.imageWidth());
            AdapterMetadata metadata = new AdapterMetadata("", CLASSES, preprocessing.toMap());
            try (AdaptedBlock adapted = TinyClassifier.adapted(base, 5);
                    Backbone merged = base.merged(adapted)) {
                double[] expected = TinyClassifier.expected(merged, preprocessing, IMAGE);
                assertThat(expected).doesNotContain(1.0 / 3);
                int written = 0;
                for (VitLayout layout : VitLayout.values()) {
                    Path model = folder.resolve(layout.name());
                    try {
                        ModelFolder.save(merged, model, layout, TensorType.F32, metadata);
                    } catch (IllegalArgumentException e) {
                        continue; // this layout has no such network
                    }
                    written++;
                    assertAnswers(model, expected);
                }
                assertThat(written).as("layouts that have it").isPositive();
            }
        }
    }

    private static void assertAnswers(Path model, double[] expected) throws Exception {
        try (ImageClassifier classifier = ImageClassifier.open(model)) {
            assertThat(classifier.classNames()).isEqualTo(CLASSES);
            assertThat(classifier.classify(IMAGE).probabilities())
                    .containsExactly(expected, within(1e-5));
        }
        Criteria<Path, Classifications> criteria =
                Criteria.builder()
                        .setTypes(Path.class, Classifications.class)
                        .optModelPath(model)
                        .optTranslatorFactory(new VitTranslatorFactory())
                        .build();
        try (ZooModel<Path, Classifications> opened = criteria.loadModel();
                Predictor<Path, Classifications> predictor = opened.newPredictor()) {
            Classifications said = predictor.predict(IMAGE);
            assertThat(said.getClassNames()).isEqualTo(CLASSES);
            assertThat(said.getProbabilities().stream().mapToDouble(Double::doubleValue).toArray())
                    .containsExactly(expected, within(1e-5));
        }
    }
}
