package io.github.rlrr.vit.inference;

import ai.djl.Device;
import io.github.rlrr.adapter.AdapterFolder;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.task.Task;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.checkpoint.BackboneFamily;
import io.github.rlrr.vit.checkpoint.Backbones;
import io.github.rlrr.vit.checkpoint.CheckpointDescription;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plain model that answers about images, with what it takes to ask it.
 *
 * @param vit the model; whoever holds this closes it
 * @param preprocessing how its inputs are prepared, at its image size
 * @param classNames in label order, one for each output
 * @param task what it is asked
 * @param rejectBelow the threshold, 0 to 1
 */
record ClassifierModel(
        Backbone vit,
        Preprocessing preprocessing,
        List<String> classNames,
        Task task,
        double rejectBelow) {

    /**
     * Opens an adapter folder or a folder of a whole model, told apart by the adapter's
     * configuration.
     *
     * @param base the checkpoint under an adapter; null for the one that the adapter names
     */
    static ClassifierModel open(Path folder, @Nullable Path base, Device device)
            throws IOException {
        return Files.isRegularFile(folder.resolve(AdapterFolder.CONFIG_FILE))
                ? merged(folder, base, device)
                : whole(folder, device);
    }

    private static ClassifierModel whole(Path folder, Device device) throws IOException {
        BackboneFamily family = Backbones.of(folder);
        CheckpointDescription said = family.describe(folder);
        Preprocessing preprocessing = preprocessing(folder, said);
        Backbone vit = family.load(folder, said.config(), device, false);
        if (!said.equals(family.describe(folder))) {
            vit.close();
            throw new IOException(folder + " was replaced while it was read; read it again");
        }
        return new ClassifierModel(
                vit, preprocessing, said.classNames(), said.task(), said.rejectBelow());
    }

    /**
     * How the images of a folder's model are prepared.
     *
     * @throws IOException when it does not say this, or no class names
     */
    static Preprocessing preprocessing(Path folder, CheckpointDescription said) throws IOException {
        if (said.classNames().isEmpty() || said.preprocessing().isEmpty()) {
            throw new IOException(
                    folder
                            + " says no class names or no preprocessing, and images cannot be"
                            + " classified without them; rlrr merge writes both");
        }
        return said.preprocessing().get();
    }

    private static ClassifierModel merged(Path folder, @Nullable Path base, Device device)
            throws IOException {
        try (AdaptedModel model =
                AdaptedModel.open(
                        folder,
                        (named, inputs) ->
                                load(base == null ? named(folder, named) : base, inputs, device))) {
            AdapterMetadata said = model.metadata();
            Backbone merged = model.vit().merged(model.adapted());
            int classes = merged.config().classes();
            if (classes != said.classNames().size()) {
                merged.close();
                throw otherClasses(folder, said, classes);
            }
            return new ClassifierModel(
                    merged,
                    model.preprocessing(),
                    said.classNames(),
                    said.asked(),
                    said.rejectBelow());
        }
    }

    private static Backbone load(Path checkpoint, @Nullable Preprocessing inputs, Device device)
            throws IOException {
        BackboneFamily family = Backbones.of(checkpoint);
        BackboneConfig config = family.describe(checkpoint).config();
        if (inputs != null) {
            config = config.withImageSize(inputs.height(), inputs.width());
        }
        return family.load(checkpoint, config, device, false);
    }

    static IOException otherClasses(Path folder, AdapterMetadata said, int classes) {
        return new IOException(
                folder
                        + " names "
                        + said.classNames().size()
                        + " classes, its head has "
                        + classes);
    }

    private static Path named(Path folder, String baseModel) throws IOException {
        try {
            Path path = Path.of(baseModel);
            // FILE#NAME is one model of a file.
            Path file = Path.of(baseModel.replaceFirst("(.)#[^#]*$", "$1"));
            if (!baseModel.isEmpty() && (Files.exists(path) || Files.exists(file))) {
                return path;
            }
        } catch (InvalidPathException e) {
            // A hub's name need not be a path everywhere.
        }
        throw new IOException(
                folder
                        + " was trained on \""
                        + baseModel
                        + "\", which is no file here; name its file as the base, or open a folder"
                        + " of rlrr merge, which needs no base");
    }
}
