package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.Backbone;
import io.github.rlrr.vit.BackboneConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes the checkpoints of one kind of network. {@link java.util.ServiceLoader} finds
 * families: one of your own is a public class with a constructor without arguments, named in {@code
 * META-INF/services/io.github.rlrr.vit.checkpoint.BackboneFamily}.
 */
public interface BackboneFamily {

    /**
     * Whether a checkpoint is of this family. It is asked of every path, so it looks at little.
     *
     * @param path a file or folder, which need not exist
     * @return true to be asked for the rest
     * @throws IOException when it cannot be looked at
     */
    boolean opens(Path path) throws IOException;

    /**
     * Describes a checkpoint without reading its weights.
     *
     * @param path the file or folder
     * @return what it says
     * @throws IOException in one line when it is missing, damaged or of no such network
     */
    CheckpointDescription describe(Path path) throws IOException;

    /**
     * Loads a network.
     *
     * @param path the file or folder
     * @param config what {@link #describe} or {@link #preset} said, perhaps at another image size
     * @param device where the weights go
     * @param half whether the large matrices are held in float16
     * @return the network, with the file's head; close it when done
     * @throws IOException in one line when it is missing, damaged or does not fit
     */
    Backbone load(Path path, BackboneConfig config, Device device, boolean half) throws IOException;

    /**
     * Finds a published size by its name.
     *
     * @param name such as {@code vit-b-16}
     * @param path the checkpoint it is meant for
     * @return its configuration
     * @throws IllegalArgumentException when there is none
     * @throws IOException as for {@link #describe}
     */
    BackboneConfig preset(String name, Path path) throws IOException;

    /**
     * Whether a network is of this family.
     *
     * @param network any network
     * @return true where {@link #export} writes it
     */
    boolean has(Backbone network);

    /**
     * Writes a network as a folder that {@link #load} reads.
     *
     * @param network one that {@link #has}
     * @param folder where to; replaced as a whole
     * @param layout whose names
     * @param floats how values are stored, F32 or F16
     * @param metadata preprocessing, class names and threshold
     * @param beside what else is in the folder, by the names of the files
     * @return the files, as written
     * @throws IllegalArgumentException when the layout cannot hold the network
     * @throws IOException when a file cannot be written
     */
    List<Path> export(
            Backbone network,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata,
            Map<String, byte[]> beside)
            throws IOException;

    /**
     * What to know of a folder that was written.
     *
     * @param network the network in it
     * @param layout its layout
     * @return a line, or empty
     */
    default Optional<String> remark(Backbone network, VitLayout layout) {
        return Optional.empty();
    }
}
