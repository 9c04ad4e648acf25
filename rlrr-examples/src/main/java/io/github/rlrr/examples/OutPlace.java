package io.github.rlrr.examples;

import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Keeps results out of the folders that images are read from. */
final class OutPlace {

    private OutPlace() {}

    /**
     * Refuses a folder for results in a data set, by their real places: links are followed.
     *
     * @param out the folder, which need not be there yet
     * @param data what the user called the data set: its folder, or a list
     * @param splits the images that were found
     * @throws IllegalArgumentException if the folder is the data set's, or lies in it, or in a
     *     folder that images are in
     */
    static void check(Path out, Path data, ImageSplits splits) throws IOException {
        check(out, data, List.of(splits.train(), splits.validation(), splits.test()));
    }

    /** The same for some of the parts, or for none: then the folder alone counts. */
    static void check(Path out, Path data, List<ImageListing> listings) throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        if (Files.isDirectory(data)) {
            folders.add(data);
        }
        for (ImageListing listing : listings) {
            listing.entries().forEach(entry -> folders.add(parent(entry.path())));
        }
        Path place = real(out);
        for (Path folder : folders) {
            if (place.startsWith(real(folder))) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "--out: %s lies in %s, where images are read, so that results would"
                                        + " be taken for images; expected a folder outside, such as"
                                        + " --out %s",
                                out,
                                folder,
                                proposal(folder)));
            }
        }
    }

    private static Path proposal(Path folder) throws IOException {
        Path real = real(folder);
        return real.resolveSibling(real.getFileName() + "-out");
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
