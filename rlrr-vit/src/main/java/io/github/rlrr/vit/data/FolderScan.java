package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.image.ImageDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What lies in a folder of class folders: image files by class name, in a fixed order. */
final class FolderScan {

    private final Set<String> extensions = ImageDecoder.extensions();
    private final TreeMap<String, List<Path>> imagesByClass = new TreeMap<>();
    private final Path root;
    private int ignored;

    FolderScan(Path root) throws IOException {
        this.root = root;
        for (Path child : children(root)) {
            if (!isHidden(child) && Files.isDirectory(child)) {
                imagesByClass.put(name(child), images(child));
            } else {
                ignored++;
            }
        }
    }

    /** The names of the visible folders directly below, sorted. */
    static List<String> folderNames(Path root) throws IOException {
        return children(root).stream()
                .filter(path -> !isHidden(path) && Files.isDirectory(path))
                .map(FolderScan::name)
                .toList();
    }

    private boolean isImage(Path path) {
        String name = name(path).toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return dot > 0 && extensions.contains(name.substring(dot + 1));
    }

    Path root() {
        return root;
    }

    int ignored() {
        return ignored;
    }

    List<String> classNames() {
        return List.copyOf(imagesByClass.keySet());
    }

    List<String> emptyClasses() {
        return imagesByClass.entrySet().stream()
                .filter(entry -> entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The images under labels that index into the given names, which include all of this one's. */
    ImageListing label(List<String> classNames) {
        List<Entry> entries = new ArrayList<>();
        imagesByClass.forEach(
                (name, paths) -> {
                    int label = classNames.indexOf(name);
                    paths.forEach(path -> entries.add(new Entry(path, label)));
                });
        return new ImageListing(classNames, entries, ignored);
    }

    private List<Path> images(Path folder) throws IOException {
        TreeMap<String, Path> images = new TreeMap<>();
        try (Stream<Path> below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : (Iterable<Path>) below::iterator) {
                if (Files.isDirectory(path)) {
                    continue;
                }
                Path relative = folder.relativize(path);
                if (isImage(path) && !anyHidden(relative)) {
                    images.put(relative.toString().replace('\\', '/'), path);
                } else {
                    ignored++;
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return List.copyOf(images.values());
    }

    private static List<Path> children(Path root) throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            return children.sorted(Comparator.comparing(FolderScan::name)).toList();
        } catch (NoSuchFileException e) {
            throw new IOException(root + ": no such folder; " + ImageFolder.EXPECTED, e);
        } catch (NotDirectoryException e) {
            throw new IOException(root + ": a file; " + ImageFolder.EXPECTED, e);
        }
    }

    private static boolean anyHidden(Path relative) {
        for (Path part : relative) {
            if (isHidden(part)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHidden(Path path) {
        return name(path).startsWith(".");
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }
}
