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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What lies in a folder of class folders: image files by class name, in a fixed order. */
final class FolderScan {

    private static final Logger LOG = LoggerFactory.getLogger(FolderScan.class);

    private final TreeMap<String, List<Path>> imagesByClass = new TreeMap<>();
    private final TreeMap<String, Set<String>> foldersByClass = new TreeMap<>();
    private final List<Path> outputs = new ArrayList<>();
    private final Path root;
    private int byContent;
    private LeftOut leftOut = LeftOut.NOTHING;
    private int ignored;

    FolderScan(Path root) throws IOException {
        this.root = root;
        List<Path> folders = new ArrayList<>();
        for (Path child : children(root)) {
            if (isHidden(child) || !Files.isDirectory(child)) {
                ignored++;
            } else if (OutputMark.isOn(child)) {
                outputs.add(child);
            } else {
                folders.add(child);
            }
        }
        FileNames.check(root, folders);
        for (Path folder : folders) {
            // Two folders may have the same name, once composed.
            String name = ClassNames.of(name(folder));
            imagesByClass.computeIfAbsent(name, key -> new ArrayList<>()).addAll(images(folder));
        }
        if (!outputs.isEmpty()) {
            LOG.warn("{}: {} hold results of rlrr and are not read", root, outputs);
        }
    }

    /** The names of the visible folders directly below, sorted; not those that hold results. */
    static List<String> folderNames(Path root) throws IOException {
        List<Path> folders = new ArrayList<>();
        for (Path path : children(root)) {
            if (!isHidden(path) && Files.isDirectory(path) && !OutputMark.isOn(path)) {
                folders.add(path);
            }
        }
        FileNames.check(root, folders);
        return folders.stream().map(FolderScan::name).toList();
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

    /** The names of the folders directly in the folder of each class. */
    Map<String, Set<String>> foldersByClass() {
        return foldersByClass;
    }

    private List<Path> images(Path folder) throws IOException {
        ImageTree tree = ImageTree.below(folder);
        foldersByClass
                .computeIfAbsent(ClassNames.of(name(folder)), key -> new TreeSet<>())
                .addAll(tree.folders());
        byContent += tree.byContent();
        leftOut = leftOut.plus(tree.leftOut());
        outputs.addAll(tree.outputs());
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
