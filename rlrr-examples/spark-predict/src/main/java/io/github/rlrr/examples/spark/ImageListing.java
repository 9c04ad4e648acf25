package io.github.rlrr.examples.spark;

import io.github.rlrr.vit.data.ImageTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images of a folder, those that {@code rlrr predict} takes, in its order. */
final class ImageListing {

    private static final Logger LOG = LoggerFactory.getLogger(ImageListing.class);

    private ImageListing() {}

    /**
     * Lists image files at any depth, sorted by their path below the folder; hidden ones are left
     * out, links followed. Images of formats that are not read are counted in a warning.
     *
     * @throws IOException when the folder cannot be read, has no images, no end, or names that the
     *     locale makes unreadable
     */
    static List<String> below(Path folder) throws IOException {
        ImageTree tree = ImageTree.below(folder);
        List<Path> images = tree.some(folder);
        if (tree.leftOut().images() > 0) {
            LOG.warn("{}: left out: {}", folder, tree.leftOut().advice());
        }
        return images.stream().map(Path::toString).toList();
    }
}
