package io.github.rlrr.examples.spring;

import static io.github.rlrr.vit.VitVariation.ATTENTION_POOLING;
import static io.github.rlrr.vit.VitVariation.CLASS_AND_AVERAGE_POOLING;
import static io.github.rlrr.vit.VitVariation.LAYER_SCALE;
import static io.github.rlrr.vit.VitVariation.NO_CLASS_TOKEN;
import static io.github.rlrr.vit.VitVariation.REGISTERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.checkpoint.VitLayout;
import io.github.rlrr.vit.inference.ClassProbability;
import io.github.rlrr.vit.inference.Classification;
import io.github.rlrr.vit.inference.ImageClassifier;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinTransformer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The service with networks of several families: it answers as the classifier of their folder. */
class FamiliesTest {

    @TempDir private Path folder;

    static Stream<Arguments> networks() {
        SwinConfig swin =
                new SwinConfig(
                        32,
                        32,
                        4,
                        16,
                        List.of(2, 2),
                        List.of(2, 4),
                        List.of(4, 4),
                        List.of(0, 0),
                        32,
                        4,
                        1e-5f,
                        Set.of());
        return Stream.of(
                Arguments.of(
                        "DINOv2",
                        vit(4, LAYER_SCALE, REGISTERS, CLASS_AND_AVERAGE_POOLING),
                        VitLayout.HUGGINGFACE),
                Arguments.of("SigLIP", vit(0, NO_CLASS_TOKEN, ATTENTION_POOLING), VitLayout.TIMM),
                Arguments.of("Swin", new SwinTransformer(swin), VitLayout.HUGGINGFACE));
    }

    private static Backbone vit(int registers, VitVariation... variations) {
        VitConfig config = RandomVit.TINY.withVariations(Set.of(variations), registers);
        return new VisionTransformer(config);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void answersAsItsFolderDoes(String name, Backbone network, VitLayout layout) throws Exception {
        RandomVit.write(network, folder, layout, 0);
        byte[] image = Images.noise("png", 40, 30, 1);
        try (ConfigurableApplicationContext service =
                        SpringApplication.run(
                                ServiceApplication.class,
                                "--rlrr.model=" + folder,
                                "--server.port=0",
                                "--management.server.port=0");
                ImageClassifier expected = ImageClassifier.open(folder)) {
            int port = service.getEnvironment().getRequiredProperty("local.server.port", int.class);
            Client.Reply reply = new Client(port).image(image);
            assertThat(reply.status()).as("%s", reply.body()).isEqualTo(200);
            Classification said = expected.classify(image);
            int place = 0;
            for (ClassProbability each : said.ranked()) {
                JsonNode share = reply.body().get("classes").get(place++);
                assertThat(share.get("name").textValue()).isEqualTo(each.name());
                assertThat(share.get("probability").doubleValue())
                        .isCloseTo(each.probability(), within(1e-5));
            }
        }
    }
}
