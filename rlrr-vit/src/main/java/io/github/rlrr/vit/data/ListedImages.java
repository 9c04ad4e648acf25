package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of the lists of a data set, of whatever format, and the splits they make.
 *
 * <p>Every row is checked: its path stays in the folder and leads to a file, what is to be answered
 * is as its {@link TargetForm} has it, and no image has two answers within a part.
 */
final class ListedImages {

    enum Part {
        TRAIN,
        VALIDATION,
        TEST
    }

    /** A row of a list: where it stands, for messages, and what it says. */
    record Row(String place, String path, List<String> cells) {

        Row(String place, String path, String label) {
            this(place, path, List.of(label));
        }

        /** The cell of a row that has one. */
        String label() {
            return cells.get(0);
        }

        Row with(String label) {
            return new Row(place, path, List.of(label));
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ListedImages.class);

    private final Path source;
    private final TargetForm form;
    private final ListFaults faults;
    private final Map<Part, List<Row>> rows = new EnumMap<>(Part.class);

    /** For lists of a folder, or one file, as messages are to call it. */
    ListedImages(Path source, TargetForm form) {
        this.source = source;
        this.form = form;
        this.faults = new ListFaults(source);
    }

    ListFaults faults() {
        return faults;
    }

    void add(Part part, Row row) {
        Row composed = new Row(row.place, row.path, ClassNames.of(row.cells));
        rows.computeIfAbsent(part, key -> new ArrayList<>()).add(composed);
    }

    List<Row> rows(Part part) {
        return rows.getOrDefault(part, List.of());
    }

    boolean has(Part part) {
        return rows.containsKey(part);
    }

    /**
     * Resolves the rows against a folder.
     *
     * @param folder what paths are relative to
     * @param seed of what is cut off the training images: a validation part where none is listed
     * @param cutTest whether a test part is cut off, too, where none is listed
     * @param allowed where images may lie
     */
    ImageSplits splits(Path folder, long seed, boolean cutTest, ListedPaths allowed)
            throws IOException {
        form.unify(rows);
        List<String> names = form.names(rows, faults);
        PathFinder finder = new PathFinder(folder, allowed);
        Map<Part, List<Entry>> entries = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            entries.put(part, resolve(finder, rows(part), names));
        }
        faults.check();
        if (cutTest && rows.keySet().equals(Set.of(Part.TRAIN))) {
            entries.putAll(partsByFolder(finder.folder(), entries));
        }
        warnOfShared(entries);
        ImageListing train = listing(names, entries, Part.TRAIN);
        ImageListing validation = listing(names, entries, Part.VALIDATION);
        ImageListing test = listing(names, entries, Part.TEST);
        if (train.size() == 0) {
            throw new IOException(source + ": no image is listed for training, expected some");
        }
        form.check(source, train);
        ImageSplits splits = new ImageSplits(train, validation, test);
        if (validation.size() == 0 && !has(Part.VALIDATION)) {
            boolean testToo = cutTest && test.size() == 0;
            ImageSplits cut = form.cut(train, seed, testToo);
            splits = new ImageSplits(cut.train(), cut.validation(), testToo ? cut.test() : test);
        }
        if (splits.validation().size() == 0) {
            throw new IOException(
                    source
                            + ": nothing to validate on; expected images in the validation list, or"
                            + " a class with two training images or more to take them from");
        }
        if (splits.validation().targets().stream()
                .flatMapToDouble(Arrays::stream)
                .allMatch(Double::isNaN)) {
            throw new IOException(
                    source
                            + ": nothing to validate on; of no validation image anything is known,"
                            + " every cell is empty");
        }
        if (form instanceof LabelTargets) {
            LabelTargets.warn(source, splits);
        }
        LOG.info(
                "{}: {} training, {} validation and {} test images in {} {}",
                source,
                splits.train().size(),
                splits.validation().size(),
                splits.test().size(),
                names.size(),
                form.words());
        return splits;
    }

    /**
     * Where no list says parts, but every image lies in a folder that does ({@code train/…}), these
     * are the parts.
     */
    private Map<Part, List<Entry>> partsByFolder(Path folder, Map<Part, List<Entry>> entries) {
        Map<Part, List<Entry>> parts = new EnumMap<>(Part.class);
        for (Entry entry : entries.getOrDefault(Part.TRAIN, List.of())) {
            Part part = null;
            Path parent = entry.path().getParent();
            if (parent != null && parent.startsWith(folder)) {
                for (Path name : folder.relativize(parent)) {
                    part = part == null ? Parts.of(name.toString()) : part;
                }
            }
            if (part == null) {
                return Map.of();
            }
            parts.computeIfAbsent(part, key -> new ArrayList<>()).add(entry);
        }
        if (parts.size() < 2 || !parts.containsKey(Part.TRAIN)) {
            return Map.of();
        }
        LOG.info("{}: the folders of the images say the parts", source);
        return parts;
    }

    private List<Entry> resolve(PathFinder finder, List<Row> part, List<String> names)
            throws IOException {
        Map<Path, Row> first = new HashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (Row row : part) {
            PathFinder.Found found = finder.find(row.path);
            Path path = found.file();
            Row before = path == null ? null : first.putIfAbsent(path, row);
            if (path == null) {
                faults.add(row.place, found.fault());
            } else if (before != null && !before.cells.equals(row.cells)) {
                faults.add(
                        row.place,
                        String.format(
                                Locale.ROOT,
                                "'%s' has the label %s, and %s at %s",
                                row.path,
                                String.join(", ", row.cells),
                                String.join(", ", before.cells),
                                before.place));
            } else {
                List<Double> target = form.target(row, names, faults);
                if (target != null) {
                    entries.add(new Entry(path, target));
                }
            }
        }
        return entries;
    }

    private ImageListing listing(List<String> names, Map<Part, List<Entry>> entries, Part part) {
        return new ImageListing(form.task(), names, entries.getOrDefault(part, List.of()), 0);
    }

    private void warnOfShared(Map<Part, List<Entry>> entries) {
        Set<Path> learned = new HashSet<>(paths(entries, Part.TRAIN));
        learned.addAll(paths(entries, Part.VALIDATION));
        List<Path> shared =
                paths(entries, Part.TEST).stream().filter(learned::contains).distinct().toList();
        if (!shared.isEmpty()) {
            LOG.warn(
                    "{}: {} test images are listed for training or validation, too, such as {}; a"
                            + " test accuracy on them says little",
                    source,
                    shared.size(),
                    shared.get(0));
        }
    }

    private static List<Path> paths(Map<Part, List<Entry>> entries, Part part) {
        return entries.getOrDefault(part, List.of()).stream().map(Entry::path).toList();
    }
}
