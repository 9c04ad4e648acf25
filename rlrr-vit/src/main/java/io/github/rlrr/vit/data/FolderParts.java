package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ListedImages.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of a data set that are named after a part ({@link Parts}), in whatever spelling.
 *
 * <p>A folder of such a name is a part if there are folders in it, or if all its siblings have
 * names of parts; else it is a class of that name.
 */
final class FolderParts {

    private static final Logger LOG = LoggerFactory.getLogger(FolderParts.class);

    private final Path root;
    private final Map<Part, List<String>> named = new EnumMap<>(Part.class);
    private final List<String> others = new ArrayList<>();

    FolderParts(Path root) throws IOException {
        this.root = root;
        for (String name : FolderScan.folderNames(root)) {
            Part part = Parts.of(name);
            if (part == null) {
                others.add(name);
            } else {
                named.computeIfAbsent(part, key -> new ArrayList<>()).add(name);
            }
        }
    }

    /**
     * Whether the folder has parts rather than classes.
     *
     * @throws IOException if it has some, but nothing to train on
     */
    boolean arePresent() throws IOException {
        boolean only = others.isEmpty() && !named.isEmpty();
        if (holdFolders(Part.TRAIN) || (only && named.containsKey(Part.TRAIN))) {
            return true;
        }
        if (only || holdFolders(Part.VALIDATION) || holdFolders(Part.TEST)) {
            List<String> found = new ArrayList<>();
            named.values().forEach(found::addAll);
            throw new IOException(
                    root
                            + ": found "
                            + found.stream().sorted().toList()
                            + "; expected a folder train beside it, or other names for folders that"
                            + " are classes");
        }
        return false;
    }

    /** Whether a folder named after the part has folders in it, as parts have. */
    boolean holdFolders(Part part) throws IOException {
        for (String name : named.getOrDefault(part, List.of())) {
            if (!FolderScan.folderNames(root.resolve(name)).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** The folder of a part; null if there is none. */
    @Nullable Path folder(Part part) throws IOException {
        List<String> present = named.getOrDefault(part, List.of());
        if (present.size() > 1) {
            throw new IOException(root + ": found " + present + "; expected one of them only");
        }
        return present.isEmpty() ? null : root.resolve(present.get(0));
    }

    /**
     * Looks at the folders beside the parts.
     *
     * @throws IOException if one has classes of the training folder in it, so that it is a part of
     *     an unknown name; others are a warning
     */
    void checkOthers(List<String> classes) throws IOException {
        for (String name : others) {
            Set<String> shared =
                    new TreeSet<>(ClassNames.of(FolderScan.folderNames(root.resolve(name))));
            shared.retainAll(classes);
            if (!shared.isEmpty()) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: the folder %s has classes of %s in it, but not the name of a"
                                        + " part; expected %s; rename it or move it away",
                                root,
                                name,
                                named.get(Part.TRAIN),
                                Parts.EXPECTED));
            }
        }
        if (!others.isEmpty()) {
            LOG.warn(
                    "{}: the folders {} beside {} are no parts of the data set and are not read",
                    root,
                    others,
                    named.values());
        }
    }
}
