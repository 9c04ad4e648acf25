package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What lies in a folder of class folders: image files by class name, in a fixed order. */
final class FolderScan {

    private final TreeMap<String, List<Path>> imagesByClass = new TreeMap<>();
    private final Path root;
    private int byContent;
    private LeftOut leftOut = LeftOut.NOTHING;
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

    Path root() {
        return root;
    }

    int ignored() {
        return ignored + leftOut.ignored();
    }

    /** How many images have no usual extension. */
    int byContent() {
        return byContent;
    }

    /** What lies in the class folders beside the images. */
    LeftOut leftOut() {
        return leftOut;
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
        return new ImageListing(classNames, entries, ignored());
    }

    private List<Path> images(Path folder) throws IOException {
        ImageTree tree = ImageTree.below(folder);
        byContent += tree.byContent();
        leftOut = leftOut.plus(tree.leftOut());
        return tree.images();
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

    private static boolean isHidden(Path path) {
        return name(path).startsWith(".");
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }
}
