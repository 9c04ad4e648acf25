package io.github.rlrr.vit.inference;

import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.Backbones;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/**
 * Opens a checkpoint where DJL asks for a block: {@code Criteria}, the model zoo, DJL Serving.
 *
 * <p>The block has its weights already. DJL must not look for a file of parameters in its own
 * format, which the option {@code hasParameter=false} tells it; {@link ModelFolder} writes it into
 * {@code serving.properties}.
 */
public final class VitBlockFactory implements BlockFactory {

    private static final long serialVersionUID = 1;

    /** Made by DJL, by its name. */
    public VitBlockFactory() {}

    /**
     * Loads the model onto the DJL model's device.
     *
     * @param model closes the weights when it is closed
     * @param modelPath the folder or file of a checkpoint
     * @param arguments not looked at
     * @return a {@link Backbone} with weights
     * @throws IOException in one line when there is no checkpoint, or it is damaged
     */
    @Override
    public Block newBlock(Model model, Path modelPath, Map<String, ?> arguments)
            throws IOException {
        BackboneFamily family = Backbones.of(modelPath);
        Backbone vit =
                family.load(
                        modelPath,
                        family.describe(modelPath).config(),
                        model.getNDManager().getDevice(),
                        false);
        model.getNDManager().attachUncappedInternal(UUID.randomUUID().toString(), vit);
        return vit;
    }
}
