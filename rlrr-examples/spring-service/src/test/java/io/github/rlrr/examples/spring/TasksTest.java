package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.task.Regression;
import io.github.rlrr.task.Task;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.inference.Answer;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The service with models that answer with several labels, or with numbers. */
class TasksTest {

    private static final byte[] IMAGE = Images.noise("png", 40, 30, 1);

    @TempDir private Path folder;

    private JsonNode served(Task task) throws Exception {
        RandomVit.write(
                new VisionTransformer(RandomVit.TINY), folder, VitLayout.TIMM, 0.99, task);
        try (ConfigurableApplicationContext service =
                SpringApplication.run(
                        ServiceApplication.class,
                        "--rlrr.model=" + folder,
                        "--server.port=0",
                        "--management.server.port=0")) {
            int port = service.getEnvironment().getRequiredProperty("local.server.port", int.class);
            Client.Reply reply = new Client(port).image(IMAGE);
            assertThat(reply.status()).as("%s", reply.body()).isEqualTo(200);
            return reply.body();
        }
    }

    private Answer expected() throws Exception {
        try (ImagePredictor model = ImagePredictor.open(folder)) {
            return model.predict(IMAGE);
        }
    }

    @Test
    void severalLabelsAreThoseOfItsFolder() throws Exception {
        JsonNode body = served(MultiLabel.USUAL);
        Answer expected = expected();
        List<String> labels = new ArrayList<>();
        body.get("labels").forEach(label -> labels.add(label.textValue()));
        assertThat(labels).isEqualTo(expected.labels());
        JsonNode best = body.get("classes").get(0);
        assertThat(best.get("name").textValue()).isEqualTo(expected.ranked().get(0).name());
        assertThat(best.get("probability").doubleValue())
                .isCloseTo(expected.ranked().get(0).probability(), within(1e-5));
        assertThat(body.has("accepted")).isFalse();
    }

    @Test
    void numbersAreThoseOfItsFolder() throws Exception {
        int classes = RandomVit.TINY.classes();
        List<Double> means = Collections.nCopies(classes, 20.0);
        List<Double> deviations = Collections.nCopies(classes, 3.0);
        JsonNode body = served(new Regression(Regression.Loss.SQUARED, 1, means, deviations));
        expected()
                .byName()
                .forEach(
                        (name, value) ->
                                assertThat(body.get("values").get(name).doubleValue())
                                        .isCloseTo(value, within(1e-4)));
        assertThat(body.size()).isEqualTo(1);
    }
}
