package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.HalfWeights;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the weights of a file into a model, after all names and shapes have been checked. */
final class WeightLoader {

    private static final Logger LOG = LoggerFactory.getLogger(WeightLoader.class);

    private final TensorReader reader;
    private final CheckpointLayout layout;
    private final VitConfig config;
    private final VitConfig fileConfig;
    private final PositionEmbedding.@Nullable Rule own;
    private final boolean projected;

    /**
     * Prepares a load.
     *
     * @param config the model's geometry
     * @param fileConfig the same at the file's own image size
     * @param own how this model's positions are resized; null for as others of its layout
     * @param projected whether the head is a {@link Projection}, which need not have a bias
     */
    WeightLoader(
            TensorReader reader,
            CheckpointLayout layout,
            VitConfig config,
            VitConfig fileConfig,
            PositionEmbedding.@Nullable Rule own,
            boolean projected) {
        this.own = own;
        this.projected = projected;
        this.reader = reader;
        this.layout = layout;
        this.config = config;
        this.fileConfig = fileConfig;
    }

    /** Reads the weights; {@code half} holds those that {@link HalfWeights} names in float16. */
    VisionTransformer load(Device device, boolean half) throws IOException {
        Map<String, Source> sources = layout.sources(fileConfig, layout.prefix(reader.tensors()));
        if (layout.geometry(reader.tensors()).classes() == 0) {
            sources.remove("head.weight");
            sources.remove("head.bias");
        }
        if (projected) {
            sources.computeIfPresent(
                    "head.bias",
                    (path, bias) -> reader.tensors().containsKey(bias.tensor()) ? bias : null);
        }
        SourceReader names = new SourceReader(reader, layout.naming());
        names.check(sources);
        NDManager manager = TorchRuntime.newManager(device);
        manager.setName("vision transformer");
        try {
            Map<String, NDArray> weights =
                    names.load(config.parts().shapes(), sources, this::resized, half, manager);
            LOG.debug("loaded {} ({})", reader.file(), layout.label());
            return VisionTransformer.of(config, weights, manager);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private float[] resized(String path, float[] values) {
        boolean relative = path.endsWith(".relative_position.table");
        boolean same =
                fileConfig.gridHeight() == config.gridHeight()
                        && fileConfig.gridWidth() == config.gridWidth();
        if (same || !(relative || path.equals("pos_embed"))) {
            return values;
        }
        if (relative) {
            return PositionEmbedding.resizeRelative(
                    values,
                    layout.positions().relative(),
                    fileConfig.gridHeight(),
                    fileConfig.gridWidth(),
                    config.gridHeight(),
                    config.gridWidth(),
                    config.heads());
        }
        LOG.info(
                "position embeddings resized from {}x{} to {}x{} patches",
                fileConfig.gridHeight(),
                fileConfig.gridWidth(),
                config.gridHeight(),
                config.gridWidth());
        return PositionEmbedding.resize(
                values,
                rule(),
                config.positions() - config.gridHeight() * config.gridWidth(),
                fileConfig.gridHeight(),
                fileConfig.gridWidth(),
                config.gridHeight(),
                config.gridWidth(),
                config.width());
    }

    /** A plain ViT as the published RLRR code does, every other as where it is from. */
    private PositionEmbedding.Rule rule() {
        if (own != null) {
            return own;
        }
        return config.variations().isEmpty() ? PositionEmbedding.Rule.LINEAR : layout.positions();
    }
}
