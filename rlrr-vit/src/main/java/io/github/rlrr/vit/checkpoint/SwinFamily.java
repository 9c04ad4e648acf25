package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.swin.SwinTransformer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Swin Transformers, as {@link SwinCheckpoint} reads and writes them. */
public final class SwinFamily implements BackboneFamily {

    /** Made by {@link java.util.ServiceLoader}. */
    public SwinFamily() {}

    @Override
    public boolean opens(Path path) {
        return SwinCheckpoint.opens(path);
    }

    @Override
    public CheckpointDescription describe(Path path) throws IOException {
        return SwinCheckpoint.describe(path);
    }

    @Override
    public Backbone load(Path path, BackboneConfig config, Device device, boolean half)
            throws IOException {
        return SwinCheckpoint.load(path, config, device, half);
    }

    @Override
    public BackboneConfig preset(String name, Path path) {
        throw new IllegalArgumentException(
                "preset \"" + name + "\" is none of a Swin Transformer; leave it out");
    }

    @Override
    public boolean has(Backbone network) {
        return network instanceof SwinTransformer;
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
        return SwinCheckpoint.export(
                (SwinTransformer) network, folder, layout, floats, metadata, beside);
    }
}
