package io.github.rlrr.examples.app;

import static io.github.rlrr.examples.app.CommandLine.rlrr;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.rlrr.examples.backbone.ConvFamily;
import io.github.rlrr.vit.inference.Classification;
import io.github.rlrr.vit.inference.ImageClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A network of another family, found on the class path, goes wherever a Vision Transformer does.
 */
class OtherBackboneTest {

    private static final DemoModel DEMO = DemoModel.get();

    @TempDir private static Path folder;

    private static Path base;
    private static Path run;
    private static Path merged;

    private static String succeed(Object... arguments) {
        CommandLine.Result result = rlrr(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out();
    }

    @BeforeAll
    static void trainAndMerge() throws IOException {
        base = folder.resolve("base");
        run = folder.resolve("run");
        merged = folder.resolve("merged");
        ConvFamily.writeRandom(base);
        succeed(
                "finetune",
                "--checkpoint",
                base,
                "--data",
                DEMO.images(),
                "--out",
                run,
                "--method",
                "full",
                "--epochs",
                1);
        succeed("merge", "--adapter", run.resolve("adapter"), "--out", merged);
    }

    @Test
    void itIsDescribed() {
        assertThat(succeed("inspect", "--checkpoint", base))
                .contains(base + ": a convolution of 16x16 pixels, 10 classes")
                .contains("conv", "bn", "head");
    }

    @Test
    void trainingMovesItsWeightsAndItsStatistics() throws IOException {
        String tensors = succeed("inspect", "--tensors", run.resolve("adapter"));
        assertThat(tensors).contains("conv.weight", "bn.runningMean", "head.weight");
    }

    @Test
    void itsAdapterIsEvaluated() {
        assertThat(
                        succeed(
                                "evaluate",
                                "--adapter",
                                run.resolve("adapter"),
                                "--data",
                                DEMO.images(),
                                "--precision",
                                "auto"))
                .containsPattern("accuracy +[0-9.]+");
    }

    @Test
    void predictionsThroughTheAdapterAndTheMergedModelAreTheClassifiers() throws IOException {
        List<Path> images = DEMO.testImages("bag", 3);
        String image = images.get(0).toString();
        double probability =
                probability(
                        succeed("predict", "--adapter", run.resolve("adapter"), "--json", image));
        assertThat(probability(succeed("predict", "--model", merged, "--json", image)))
                .isCloseTo(probability, within());
        try (ImageClassifier classifier = ImageClassifier.open(merged)) {
            Classification answer = classifier.classify(images.get(0));
            assertThat(answer.best().probability()).isCloseTo(probability, within());
            assertThat(classifier.classNames()).isEqualTo(DEMO.classNames());
        }
        try (ImageClassifier classifier =
                ImageClassifier.builder().base(base).open(run.resolve("adapter"))) {
            assertThat(classifier.classify(images.get(0)).best().probability())
                    .isCloseTo(probability, within());
        }
    }

    private static org.assertj.core.data.Offset<Double> within() {
        return org.assertj.core.api.Assertions.within(1e-5);
    }

    private static double probability(String json) {
        JsonObject answer = JsonParser.parseString(json).getAsJsonObject();
        String label = answer.get("label").getAsString();
        return answer.getAsJsonObject("probabilities").get(label).getAsDouble();
    }
}
