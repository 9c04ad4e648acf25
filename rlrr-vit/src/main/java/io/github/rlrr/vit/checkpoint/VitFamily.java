package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.part.Rotary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Vision Transformers, as {@link VitCheckpoint} reads and writes them. */
public final class VitFamily implements BackboneFamily {

    /** Made by {@link java.util.ServiceLoader}. */
    public VitFamily() {}

    /** Whatever no other family opens: what is wrong with it is said on reading. */
    @Override
    public boolean opens(Path path) {
        return true;
    }

    @Override
    public CheckpointDescription describe(Path path) throws IOException {
        return VitCheckpoint.describe(path);
    }

    @Override
    public Backbone load(Path path, BackboneConfig config, Device device, boolean half)
            throws IOException {
        VitConfig vit = (VitConfig) config;
        return half
                ? VitCheckpoint.loadHalf(path, vit, device)
                : VitCheckpoint.load(path, vit, device);
    }

    @Override
    public BackboneConfig preset(String name, Path path) throws IOException {
        float epsilon = VitCheckpoint.inferConfig(path).layerNormEpsilon();
        return VitConfig.named(name).withLayerNormEpsilon(epsilon);
    }

    @Override
    public boolean has(Backbone network) {
        return network instanceof VisionTransformer;
    }

    @Override
    public List<Path> export(
            Backbone network,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata,
            Map<String, byte[]> beside)
            throws IOException {
        VisionTransformer vit = (VisionTransformer) network;
        return VitCheckpoint.export(vit, folder, layout, floats, metadata, beside);
    }

    @Override
    public Optional<String> remark(Backbone network, VitLayout layout) {
        VitConfig config = ((VisionTransformer) network).config();
        float theirs =
                switch (layout) {
                    case HUGGINGFACE -> config.layerNormEpsilon();
                    case TIMM -> TimmFiles.epsilon(config);
                    case GOOGLE -> layout.tables().get(0).layerNormEpsilon();
                };
        Rotary rotary = config.rotary();
        if (rotary != null && rotary.kind() == Rotary.Kind.CENTRED_BFLOAT16) {
            return Optional.of(
                    "the model's rotation has periods in bfloat16, timm computes them in float32: its"
                            + " outputs will differ slightly");
        }
        return config.layerNormEpsilon() == theirs
                ? Optional.empty()
                : Optional.of(
                        "the model's layer norms have epsilon %s, other libraries take %s in this layout: their outputs will differ slightly"
                                .formatted(config.layerNormEpsilon(), theirs));
    }
}
