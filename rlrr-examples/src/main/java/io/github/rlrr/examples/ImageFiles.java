package io.github.rlrr.examples;

import io.github.rlrr.vit.data.FileNames;
import io.github.rlrr.vit.data.OutputMark;
import io.github.rlrr.vit.image.ImageDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The image files that a command line names, folders taken apart. */
final class ImageFiles {

    private ImageFiles() {}

    /**
     * Lists files in the order of the arguments, each once.
     *
     * @param arguments files, taken whatever their name and whether they exist; or folders, whose
     *     images at any depth are sorted by their path below it; hidden ones, other files and what
     *     lies in folders of results are left out there, links followed
     * @throws IOException if a folder cannot be read, has no images, or names that the locale makes
     *     unreadable
     */
    static List<Path> of(List<Path> arguments) throws IOException {
        Set<Path> files = new LinkedHashSet<>();
        for (Path argument : arguments) {
            if (Files.isDirectory(argument)) {
                files.addAll(below(argument));
            } else {
                files.add(argument);
            }
        }
        return new ArrayList<>(files);
    }

    private static List<Path> below(Path folder) throws IOException {
        Set<String> extensions = ImageDecoder.extensions();
        Map<String, Path> images = new TreeMap<>();
        List<Path> found = new ArrayList<>();
        List<Path> results = new ArrayList<>();
        try (Stream<Path> below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : (Iterable<Path>) below::iterator) {
                if (Files.isDirectory(path) && !path.equals(folder) && OutputMark.isOn(path)) {
                    results.add(path);
                }
                String relative = folder.relativize(path).toString().replace('\\', '/');
                String extension = relative.substring(relative.lastIndexOf('.') + 1);
                boolean hidden = relative.startsWith(".") || relative.contains("/.");
                if (!hidden
                        && results.stream().noneMatch(path::startsWith)
                        && extensions.contains(extension.toLowerCase(Locale.ROOT))
                        && Files.isRegularFile(path)) {
                    found.add(path);
                    images.put(relative, path);
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
