package io.github.rlrr.vit.inference;

import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.Backbones;
import io.github.rlrr.vit.checkpoint.VitLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A folder that is a whole classifier: weights, classes, preprocessing, threshold. {@link
 * ImageClassifier#open} opens it, DJL's {@code Criteria} and DJL Serving do, and the library whose
 * layout it has.
 */
public final class ModelFolder {

    /** Which classes of ours DJL and its server are to use; beside the weights. */
    public static final String SERVING_FILE = "serving.properties";

    private static final String SERVING =
            """
            # How DJL opens this folder; the jars of rlrr-vit must be on its class path.
            engine=PyTorch
            blockFactory=%s
            translatorFactory=%s
            # The weights are not in DJL's own format.
            option.hasParameter=false
            """
                    .formatted(
                            VitBlockFactory.class.getName(), VitTranslatorFactory.class.getName());

    private ModelFolder() {}

    /**
     * Writes a model as its family does, with {@code serving.properties} beside.
     *
     * @param network a plain model, such as {@link Backbone#merged} gives
     * @param folder where to; replaced as a whole
     * @param layout whose
     * @param floats how values are stored, F32 or F16
     * @param metadata preprocessing, class names and threshold
     * @return the files, as written
     * @throws IllegalArgumentException as for {@link BackboneFamily#export}
     * @throws IOException as for {@link BackboneFamily#export}
     */
    public static List<Path> save(
            Backbone network,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata)
            throws IOException {
        byte[] serving = SERVING.getBytes(StandardCharsets.UTF_8);
        return Backbones.of(network)
                .export(network, folder, layout, floats, metadata, Map.of(SERVING_FILE, serving));
    }
}
