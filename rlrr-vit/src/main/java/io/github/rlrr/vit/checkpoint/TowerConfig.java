package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config.json} of Hugging Face's CLIP, MetaCLIP 2 and SigLIP: of the image tower alone,
 * or of the whole model, which has that under {@code vision_config}. What such a file leaves out is
 * as the class has it.
 *
 * @param json the whole file
 * @param tower what it says of the image tower
 * @param kind whose it is
 */
record TowerConfig(JsonFields json, JsonFields tower, Kind kind) implements ModelConfig {

    /** The attention heads of both classes where nothing is said. */
    private static final int HEADS = 12;

    private static final String ACTIVATION = "hidden_act";

    /** The classes, with the activation of each where nothing is said. */
    enum Kind {
        CLIP("clip", "quick_gelu", TowerLayout.CLIP),
        METACLIP("metaclip_2", "quick_gelu", TowerLayout.CLIP),
        SIGLIP("siglip", "gelu_pytorch_tanh", TowerLayout.SIGLIP);

        final String type;
        final String activation;
        final String label;

        Kind(String type, String activation, String label) {
            this.type = type;
            this.activation = activation;
            this.label = label;
        }
    }

    /** Reads such a file; null for another. */
    static @Nullable TowerConfig of(JsonFields json) throws IOException {
        String type = json.text("model_type", "");
        if (type.startsWith("siglip2")) {
            throw json.unsupported("model_type", "NaFlex, whose images have any number of patches");
        }
        for (Kind kind : Kind.values()) {
            boolean whole = type.equals(kind.type);
            if (whole || type.equals(kind.type + "_vision_model")) {
                JsonFields tower = json.object("vision_config");
                TowerConfig config = new TowerConfig(json, tower == null ? json : tower, kind);
                config.check();
                return config;
            }
        }
        return null;
    }

    private void check() throws IOException {
        if (tower.size("num_channels", VitConfig.CHANNELS) != VitConfig.CHANNELS) {
            throw tower.unsupported("num_channels", "another number of channels than 3");
        }
        if (!List.of("gelu", "quick_gelu", "gelu_pytorch_tanh").contains(activation())) {
            throw tower.unsupported(ACTIVATION, "another activation than GELU");
        }
    }

    private String activation() throws IOException {
        return tower.text(ACTIVATION, kind.activation);
    }

    @Override
    public String layout() {
        return kind.label;
    }

    @Override
    public Map<VitVariation, Said> variations() throws IOException {
        Map<VitVariation, Said> said = new EnumMap<>(VitVariation.class);
        String name = activation();
        String key = tower.prefix() + ACTIVATION;
        said.put(VitVariation.QUICK_GELU, new Said(key, name, name.equals("quick_gelu")));
        said.put(VitVariation.TANH_GELU, new Said(key, name, name.equals("gelu_pytorch_tanh")));
        return said;
    }

    @Override
    public boolean saysRotation() {
        return true;
    }

    @Override
    public int heads(int width) throws IOException {
        return tower.size("num_attention_heads", HEADS);
    }

    @Override
    public float layerNormEpsilon() throws IOException {
        return new HuggingFaceConfig(tower).layerNormEpsilon();
    }

    @Override
    public int @Nullable [] imageSize() throws IOException {
        return HuggingFaceConfig.square(tower, "image_size");
    }

    @Override
    public List<Claim> claims() throws IOException {
        return new HuggingFaceConfig(tower).claims();
    }

    @Override
    public List<String> classNames() throws IOException {
        return new HuggingFaceConfig(json).classNames();
    }

    /** Not here, but in {@code preprocessor_config.json}. */
    @Override
    public Optional<Preprocessing> preprocessing(BackboneConfig geometry) {
        return Optional.empty();
    }
}
