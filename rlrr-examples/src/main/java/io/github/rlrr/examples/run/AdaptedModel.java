package io.github.rlrr.examples.run;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.examples.option.BaseOptions;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A saved adapter on its base, with what travels with it.
 *
 * @param vit the base
 * @param adapted the base, adapted
 * @param metadata class names and preprocessing
 */
public record AdaptedModel(Backbone vit, AdaptedBlock adapted, AdapterMetadata metadata)
        implements AutoCloseable {

    public static AdaptedModel open(Path folder, BaseOptions base) throws IOException {
        AdapterMetadata metadata = AdapterFolder.describe(folder).metadata();
        if (metadata.classNames().isEmpty() || metadata.preprocessing().isEmpty()) {
            throw new IOException(
                    folder
                            + " holds no class names or no preprocessing: it was saved without them,"
                            + " and images cannot be classified without them");
        }
        return open(folder, base, metadata);
    }

    /** Opens an adapter for its weights alone: it may hold no class names or preprocessing. */
    public static AdaptedModel openWeights(Path folder, BaseOptions base) throws IOException {
        return open(folder, base, AdapterFolder.describe(folder).metadata());
    }

    private static AdaptedModel open(Path folder, BaseOptions base, AdapterMetadata metadata)
            throws IOException {
        metadata.requireTask(folder, Tasks.USUAL);
        Preprocessing preprocessing =
                metadata.preprocessing().isEmpty()
                        ? null
                        : Preprocessing.fromMap(metadata.preprocessing());
        Backbone vit = base.load(metadata.baseModel(), preprocessing);
        try {
            return new AdaptedModel(vit, Rlrr.load(vit, folder), metadata);
        } catch (IOException | RuntimeException e) {
            vit.close();
            throw e;
        }
    }

    public Preprocessing preprocessing() {
        return Preprocessing.fromMap(metadata.preprocessing());
    }

    @Override
    public void close() {
        adapted.close();
        vit.close();
    }
}
