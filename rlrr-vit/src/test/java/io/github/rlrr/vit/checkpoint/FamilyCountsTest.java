package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.ParameterReport;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinTransformer;
import io.github.rlrr.vit.swin.SwinVariation;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the published method trains on each family's B model, without its head; {@code
 * parity/methods/count_families.py} counted the same on timm's modules.
 */
class FamilyCountsTest {

    @ParameterizedTest
    @CsvSource({
        "vit_base_patch16_224, 16, 3072, 288768",
        "deit_base_patch16_224, 16, 3072, 288768",
        "vit_base_patch14_dinov2, 14, 3072, 288768",
        "vit_base_patch16_dinov3, 16, 3072, 261120",
        "vit_base_patch16_dinov3_qkvb, 16, 3072, 279552",
        "vit_base_patch16_clip_224, 16, 3072, 289536",
        "vit_base_patch16_siglip_224, 16, 3072, 311040",
        "eva02_base_patch14_448, 14, 2048, 350208",
        "beit_base_patch16_224, 16, 3072, 279552",
        "swin_base_patch4_window7_224, 4, 512, 388096",
        "swinv2_base_window8_256, 4, 512, 409768"
    })
    void thePublishedMethodTrainsSoMuchOfABModel(String name, int patch, int mlp, long adapter) {
        BackboneConfig config = config(name, patch, mlp);
        try (NDManager manager = NDManager.newBaseManager();
                Backbone network = zeros(config, manager);
                AdaptedBlock adapted = Rlrr.adapt(network, RlrrConfig.published())) {
            ParameterReport report = adapted.parameterReport();
            assertThat(report.adapter()).isEqualTo(adapter);
            assertThat(report.untouched()).allMatch(path -> path.matches(".*\\.ls[12]"));
        }
    }

    private static Backbone zeros(BackboneConfig config, NDManager manager) {
        Backbone network =
                config instanceof SwinConfig swin
                        ? new SwinTransformer(swin)
                        : new VisionTransformer((VitConfig) config);
        network.setInitializer(Initializer.ZEROS, parameter -> true);
        Shape images = new Shape(1, 3, config.imageHeight(), config.imageWidth());
        network.initialize(manager, DataType.FLOAT32, images);
        return network;
    }

    private static BackboneConfig config(String name, int patch, int mlp) {
        SwinArchitecture swin = SwinArchitecture.of(name);
        if (swin != null) {
            return new SwinConfig(
                    swin.imageSize(),
                    swin.imageSize(),
                    patch,
                    swin.width(),
                    swin.depths(),
                    swin.heads(),
                    swin.windows(),
                    swin.trainedWindows(),
                    mlp,
                    1000,
                    1e-5f,
                    name.startsWith("swinv2") ? Set.of(SwinVariation.V2) : Set.of());
        }
        TimmArchitecture vit = Objects.requireNonNull(TimmArchitecture.of(name), name);
        return new VitConfig(
                224,
                224,
                patch,
                768,
                12,
                vit.heads(),
                mlp,
                1000,
                vit.epsilon(),
                name.contains("dinov3") ? 4 : 0,
                vit.variations(),
                vit.rotary(),
                null,
                List.of());
    }
}
