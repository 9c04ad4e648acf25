package io.github.rlrr.vit.data;

import io.github.rlrr.vit.image.ImageDecoder;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that a list names: as it is written, or without spaces around it, with {@code /}
 * for {@code \}, in another Unicode normalisation, or with the extension of an image format added.
 */
final class PathFinder {

    /**
     * What was found.
     *
     * @param file the file; null if there is none
     * @param fault what is wrong if there is none
     */
    record Found(@Nullable Path file, String fault) {}

    /** Folders beside a list that bare names are sought in; more of them are classes. */
    private static final int MOST_BESIDE = 8;

    private final Path folder;
    private final boolean anywhere;
    private final Set<String> extensions = ImageDecoder.extensions();
    private final Map<Path, Map<String, Path>> composed = new HashMap<>();
    private @Nullable List<Path> beside;

    PathFinder(Path folder, ListedPaths allowed) {
        this.folder = folder.toAbsolutePath().normalize();
        this.anywhere = allowed == ListedPaths.ANYWHERE;
    }

    /** What paths are relative to, absolute. */
    Path folder() {
        return folder;
    }

    Found find(String text) throws IOException {
        List<Path> tried = new ArrayList<>();
        boolean outside = false;
        for (String spelling : spellings(text)) {
            Path path;
            try {
                path = folder.resolve(spelling).normalize();
            } catch (InvalidPathException e) {
                boolean lost = spelling.chars().anyMatch(c -> c >= 0x80);
                String remedy = lost ? ": " + FileNames.remedy() : "";
                return new Found(null, "'" + text + "' is no path: " + e.getReason() + remedy);
            }
            if (!anywhere && !isInside(path)) {
                outside = true;
                continue;
            }
            Path file = file(path);
            if (file != null) {
                return new Found(file, "");
            }
            tried.add(path);
        }
        if (outside) {
            return new Found(
                    null,
                    "'" + text + "' leads out of the folder; --allow-outside follows such paths");
        }
        Found found = extended(tried);
        return found.file() == null ? beside(text.strip(), found) : found;
    }

    /** A bare name in one of the folders beside the list, such as images or train. */
    private Found beside(String name, Found otherwise) throws IOException {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
            return otherwise;
        }
        List<Path> found = new ArrayList<>();
        for (Path beside : beside()) {
            Path file = file(beside.resolve(name));
            if (file == null && name.indexOf('.') < 0) {
                file = extended(List.of(beside.resolve(name))).file();
            }
            if (file != null) {
                found.add(file);
            }
        }
        if (found.size() > 1) {
            return new Found(null, "'" + name + "' could be any of " + found);
        }
        return found.isEmpty() ? otherwise : new Found(found.get(0), "");
    }

    private List<Path> beside() throws IOException {
        List<Path> known = beside;
        if (known == null) {
            List<String> names =
                    Files.isDirectory(folder) ? FolderScan.folderNames(folder) : List.of();
            known =
                    names.size() > MOST_BESIDE
                            ? List.of()
                            : names.stream().map(folder::resolve).toList();
            beside = known;
        }
        return known;
    }

    private Set<String> spellings(String text) {
        Set<String> spellings = new LinkedHashSet<>(List.of(text, text.strip()));
        if (File.separatorChar != '\\') {
            spellings.add(text.strip().replace('\\', '/'));
        }
        return spellings;
    }

    /** Also by its real place: the folder may have been reached through a link. */
    private boolean isInside(Path path) throws IOException {
        if (path.startsWith(folder)) {
            return !path.equals(folder);
        }
        return Files.isRegularFile(path) && path.toRealPath().startsWith(folder.toRealPath());
    }

    /** A file without its extension, as Kaggle's tables name them. */
    private Found extended(List<Path> tried) throws IOException {
        Path last = tried.get(tried.size() - 1);
        String name = String.valueOf(last.getFileName());
        if (extensions.contains(
                name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT))) {
            return new Found(null, "no file " + last);
        }
        List<Path> found = new ArrayList<>();
        for (String extension : extensions) {
            Path file = file(last.resolveSibling(name + "." + extension));
            if (file != null) {
                found.add(file);
            }
        }
        if (found.size() == 1) {
            return new Found(found.get(0), "");
        }
        return new Found(
                null,
                found.isEmpty()
                        ? "no file " + last + ", nor with one of ." + String.join(" .", extensions)
                        : "'" + name + "' could be any of " + found);
    }

    /** The file, or one whose path differs from it in normalisation alone. */
    private @Nullable Path file(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            return path;
        }
        if (path.toString().chars().allMatch(c -> c < 0x80)) {
            return null;
        }
        Path at = path.getRoot();
        for (Path part : path) {
            if (at == null) {
                return null;
            }
            Path next = at.resolve(part);
            at = Files.exists(next) ? next : composed(at).get(ClassNames.of(part.toString()));
        }
        return at != null && Files.isRegularFile(at) ? at : null;
    }

    /** What lies in a folder, by composed names. */
    private Map<String, Path> composed(Path parent) throws IOException {
        Map<String, Path> known = composed.get(parent);
        if (known == null) {
            known = new HashMap<>();
            if (Files.isDirectory(parent)) {
                try (DirectoryStream<Path> children = Files.newDirectoryStream(parent)) {
                    for (Path child : children) {
                        known.put(ClassNames.of(String.valueOf(child.getFileName())), child);
                    }
                }
            }
            composed.put(parent, known);
        }
        return known;
    }
}
