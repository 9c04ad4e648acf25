package io.github.rlrr.vit.data;

import io.github.rlrr.vit.image.FileKind;
import io.github.rlrr.vit.image.ImageDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The image files below a folder at any depth, links followed, and what else lies there; {@link
 * FileKind} tells which are images. Folders that hold results ({@link OutputMark}) are passed over.
 *
 * @param images sorted by their path below the folder, by UTF-16 code unit
 * @param byContent how many of them have no usual extension and were told by their content
 * @param leftOut the other files
 * @param folders the names of the visible folders directly in it, sorted
 * @param outputs the folders in it that hold results
 */
public record ImageTree(
        List<Path> images,
        int byContent,
        LeftOut leftOut,
        SortedSet<String> folders,
        List<Path> outputs) {

    /**
     * Looks below a folder.
     *
     * @param folder the folder
     * @return what was found, possibly no image
     * @throws IOException if the folder cannot be read, a link in it leads back to a folder above
     *     it, or the locale makes names of images unreadable
     */
    public static ImageTree below(Path folder) throws IOException {
        TreeMap<String, Path> images = new TreeMap<>();
        Map<String, Integer> unread = new HashMap<>();
        Map<String, Integer> others = new HashMap<>();
        SortedSet<String> folders = new TreeSet<>();
        List<Path> outputs = new ArrayList<>();
        List<Path> found = new ArrayList<>();
        int hidden = 0;
        int byContent = 0;
        try (Stream<Path> below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : (Iterable<Path>) below::iterator) {
                String relative = folder.relativize(path).toString().replace('\\', '/');
                boolean isHidden = relative.startsWith(".") || relative.contains("/.");
                if (Files.isDirectory(path)) {
                    if (!path.equals(folder) && OutputMark.isOn(path)) {
                        outputs.add(path);
                    } else if (folder.equals(path.getParent()) && !isHidden) {
                        folders.add(relative);
                    }
                    continue;
                }
                if (isHidden || outputs.stream().anyMatch(path::startsWith)) {
                    hidden++;
                    continue;
                }
                FileKind kind = FileKind.of(path);
                switch (kind.role()) {
                    case IMAGE, IMAGE_BY_CONTENT -> {
                        found.add(path);
                        images.put(relative, path);
                        byContent += kind.role() == FileKind.Role.IMAGE ? 0 : 1;
                    }
                    case UNREAD_IMAGE -> unread.merge(kind.name(), 1, Integer::sum);
                    case OTHER -> others.merge(kind.name(), 1, Integer::sum);
                }
            }
        } catch (UncheckedIOException e) {
            throw described(Objects.requireNonNull(e.getCause()));
        }
        FileNames.check(folder, found);
        return new ImageTree(
                List.copyOf(images.values()),
                byContent,
                new LeftOut(unread, others, hidden),
                Collections.unmodifiableSortedSet(folders),
                List.copyOf(outputs));
    }

    /** Says what was found and what is read, for a folder without an image. */
    static String expected(LeftOut leftOut) {
        return "found "
                + leftOut.found()
                + "; expected files named "
                + String.join(" ", ImageDecoder.extensions())
                + ", or with such content"
                + (leftOut.images() == 0 ? "" : "; " + leftOut.advice());
    }

    /**
     * The images.
     *
     * @param folder what to call the folder in the message
     * @return at least one
     * @throws IOException if there are none, with what was found instead
     */
    public List<Path> some(Path folder) throws IOException {
        if (images.isEmpty()) {
            throw new IOException(folder + ": no images; " + expected(leftOut));
        }
        return images;
    }

    /** A loop of links in words; any other fault as it is. */
    private static IOException described(IOException fault) throws IOException {
        if (!(fault instanceof FileSystemLoopException loop)) {
            return fault;
        }
        return new IOException(
                loopingLink(Path.of(loop.getFile()))
                        + ": a link that leads back to a folder above it, so that there is no end;"
                        + " expected none, remove the link",
                fault);
    }

    /** The first link of a path that leads above itself, by which the others are reached anew. */
    private static Path loopingLink(Path path) throws IOException {
        for (int names = 1; names <= path.getNameCount(); names++) {
            Path link = path.subpath(0, names);
            link = path.isAbsolute() ? path.getRoot().resolve(link) : link;
            Path parent = link.toAbsolutePath().getParent();
            if (Files.isSymbolicLink(link)
                    && parent != null
                    && parent.toRealPath().startsWith(link.toRealPath())) {
                return link;
            }
        }
        return path;
    }
}
