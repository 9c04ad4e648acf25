package io.github.rlrr.examples.output;

import io.github.rlrr.vit.data.DataLayout;
import io.github.rlrr.vit.data.ImageListing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Keeps results out of the folders that images are read from. */
public final class OutPlace {

    private OutPlace() {}

    /**
     * Refuses a folder for results that is read from, by their real places: links are followed.
     *
     * @param out the folder, which need not be there yet
     * @param data what the user called the data set: its folder, or a list
     * @param layout how it lies on disk: a folder of classes is read whole, of lists only the
     *     folders that their images are in
     * @param listings the images that were found
     * @throws IllegalArgumentException if the folder is the data set's, or lies in a folder that is
     *     read
     */
    public static void check(Path out, Path data, DataLayout layout, List<ImageListing> listings)
            throws IOException {
        Set<Path> read = new LinkedHashSet<>();
        if (layout == DataLayout.IMAGE_FOLDER) {
            read.add(data);
        }
        for (ImageListing listing : listings) {
            listing.entries().forEach(entry -> read.add(parent(entry.path())));
        }
        check(out, data, read);
    }

    /** The same for folders that are known to be read whole. */
    public static void check(Path out, Path data, Collection<Path> read) throws IOException {
        Path place = real(out);
        if (place.equals(real(data))) {
            throw refused(out, data);
        }
        for (Path folder : read) {
            if (place.startsWith(real(folder))) {
                throw refused(out, folder);
            }
        }
    }

    private static IllegalArgumentException refused(Path out, Path folder) throws IOException {
        Path real = real(folder);
        return new IllegalArgumentException(
                String.format(
                        Locale.ROOT,
                        "--out: %s lies in %s, where images are read, so that results would be taken"
                                + " for images; expected a folder outside, such as --out %s",
                        out,
                        folder,
                        real.resolveSibling(real.getFileName() + "-out")));
    }

    /** A file's folder; an absolute path to a file has one. */
    private static Path parent(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    /** Where a path leads, as far as it is there. */
    private static Path real(Path path) throws IOException {
        Path there = path.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        Path rest = there.relativize(path.toAbsolutePath());
        return there.toRealPath().resolve(rest).normalize();
    }
}
