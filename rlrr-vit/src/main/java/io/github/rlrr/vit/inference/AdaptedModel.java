package io.github.rlrr.vit.inference;

import io.github.rlrr.Internal;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A saved adapter on its base, with what travels with it. Closing it closes both.
 *
 * @param vit the base
 * @param adapted the base, adapted
 * @param metadata class names and preprocessing
 */
@Internal
public record AdaptedModel(Backbone vit, AdaptedBlock adapted, AdapterMetadata metadata)
        implements AutoCloseable {

    /** Finds and loads the base of an adapter. */
    @FunctionalInterface
    public interface Base {

        /**
         * Loads it.
         *
         * @param named the checkpoint that the adapter names; may be empty
         * @param preprocessing the adapter's, whose size the base's inputs are to have; null where
         *     it says none
         * @return the base; the caller closes it
         * @throws IOException when it cannot be found or read
         */
        Backbone load(String named, @Nullable Preprocessing preprocessing) throws IOException;
    }

    /**
     * Opens an adapter that answers about images.
     *
     * @param folder the adapter's
     * @param base loads what it was trained on
     * @return the model; close it when done
     * @throws IOException in one line when a file is missing, damaged or of another base, or the
     *     adapter holds no class names or preprocessing or is of another task
     */
    public static AdaptedModel open(Path folder, Base base) throws IOException {
        return open(folder, describe(folder), base);
    }

    /**
     * Opens an adapter for its weights alone: it may hold no class names or preprocessing.
     *
     * @param folder the adapter's
     * @param base loads what it was trained on
     * @return the model; close it when done
     * @throws IOException as for {@link #open}, but for what is not held
     */
    public static AdaptedModel openWeights(Path folder, Base base) throws IOException {
        AdapterMetadata metadata = AdapterFolder.describe(folder).metadata();
        return open(folder, metadata, base);
    }

    private static AdaptedModel open(Path folder, AdapterMetadata metadata, Base base)
            throws IOException {
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

    /** What an adapter's folder says of itself, where it answers about images. */
    static AdapterMetadata describe(Path folder) throws IOException {
        AdapterMetadata said = AdapterFolder.describe(folder).metadata();
        if (said.classNames().isEmpty() || said.preprocessing().isEmpty()) {
            throw new IOException(
                    folder
                            + " holds no class names or no preprocessing: it was saved without them,"
                            + " and images cannot be classified without them");
        }
        return said;
    }

    /**
     * How the adapter's images are prepared.
     *
     * @return size, crop and normalisation
     */
    public Preprocessing preprocessing() {
        return Preprocessing.fromMap(metadata.preprocessing());
    }

    @Override
    public void close() {
        adapted.close();
        vit.close();
    }
}
