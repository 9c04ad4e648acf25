package io.github.rlrr.examples.spark;

import io.github.rlrr.vit.data.FileNames;
import io.github.rlrr.vit.data.OutputMark;
import io.github.rlrr.vit.image.ImageDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The images of a folder, those that {@code rlrr predict} takes, in its order. */
final class ImageListing {

    private ImageListing() {}

    /**
     * Lists image files at any depth, sorted by their path below the folder; hidden ones are left
     * out, links followed.
     *
     * @throws IOException when the folder cannot be read, has no images, or names that the locale
     *     makes unreadable
     */
    static List<String> below(Path folder) throws IOException {
        Set<String> extensions = ImageDecoder.extensions();
        Map<String, String> images = new TreeMap<>();
        List<Path> found = new ArrayList<>();
        List<Path> results = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.isDirectory(file) && !file.equals(folder) && OutputMark.isOn(file)) {
                    results.add(file);
                }
                String name = folder.relativize(file).toString().replace('\\', '/');
                boolean hidden = name.startsWith(".") || name.contains("/.");
                String extension = name.substring(name.lastIndexOf('.') + 1);
                if (!hidden
                        && results.stream().noneMatch(file::startsWith)
                        && extensions.contains(extension.toLowerCase(Locale.ROOT))
                        && Files.isRegularFile(file)) {
                    found.add(file);
                    images.put(name, file.toString());
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        FileNames.check(folder, found);
        if (images.isEmpty()) {
            throw new IOException(
                    folder + ": no images, expected files named " + String.join(" ", extensions));
        }
        return List.copyOf(images.values());
    }
}
