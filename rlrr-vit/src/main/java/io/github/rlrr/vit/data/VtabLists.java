package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Reads a task of VTAB-1k: lists {@code train800.txt}, {@code val200.txt} and {@code test.txt} of
 * lines {@code images/train800/000000.jpg 307}, a path below the folder and a class number.
 *
 * <p>The number is what follows the last space. Without {@code val200.txt}, validation images are
 * cut off the training images; without {@code train800.txt} these are those of {@code
 * train800val200.txt}.
 */
final class VtabLists {

    private static final String TRAIN = "train800.txt";
    private static final String VALIDATION = "val200.txt";
    private static final String BOTH = "train800val200.txt";
    private static final String TEST = "test.txt";

    private VtabLists() {}

    static boolean matches(Path root) {
        return Files.isRegularFile(root.resolve(TRAIN)) || Files.isRegularFile(root.resolve(BOTH));
    }

    static ImageSplits splits(Path root, long seed, ListedPaths allowed) throws IOException {
        ListedImages listed = new ListedImages(root, new ClassTargets());
        boolean cut = Files.isRegularFile(root.resolve(TRAIN));
        read(root, cut ? TRAIN : BOTH, Part.TRAIN, listed);
        if (cut) {
            readIfThere(root, VALIDATION, Part.VALIDATION, listed);
        }
        readIfThere(root, TEST, Part.TEST, listed);
        return listed.splits(root, seed, false, allowed);
    }

    /** Reads a list; where it is not there, none of another name may stand for it. */
    private static void readIfThere(Path root, String name, Part part, ListedImages listed)
            throws IOException {
        if (Files.exists(root.resolve(name))) {
            read(root, name, part, listed);
            return;
        }
        try (Stream<Path> files = Files.list(root)) {
            for (Path file : files.sorted().toList()) {
                String other = String.valueOf(file.getFileName());
                String base = other.replaceFirst("(?i)\\.txt$", "");
                if (!base.equals(other) && Parts.of(base) == part) {
                    throw new IOException(
                            String.format(
                                    Locale.ROOT, "%s: found %s; expected %s", root, other, name));
                }
            }
        }
    }

    private static void read(Path root, String name, Part part, ListedImages listed)
            throws IOException {
        List<String> lines = TextFile.lines(root.resolve(name));
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty()) {
                continue;
            }
            String place = name + ":" + (i + 1);
            int space = line.lastIndexOf(' ');
            String label = line.substring(space + 1);
            if (space < 0) {
                listed.faults().add(place, "'" + line + "', expected a path, a space, a number");
            } else if (!ClassNumber.matches(label)) {
                listed.faults().add(place, "the label '" + label + "', " + ClassNumber.EXPECTED);
            } else {
                String path = line.substring(0, space).strip();
                listed.add(part, new Row(place, path, ClassNumber.canonical(label)));
            }
        }
    }
}
