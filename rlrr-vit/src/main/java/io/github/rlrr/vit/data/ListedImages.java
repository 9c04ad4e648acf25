package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ImageListing.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of the lists of a data set, of whatever format, and the splits they make.
 *
 * <p>Every row is checked: its path stays in the folder and leads to a file, and no image has two
 * labels within a part. The classes are the labels of all parts together, so that a label means the
 * same in each; labels that are all whole numbers are sorted by value, others by UTF-16 code unit.
 */
final class ListedImages {

    enum Part {
        TRAIN,
        VALIDATION,
        TEST
    }

    /** A row of a list: where it stands, for messages, and what it says. */
    record Row(String place, String path, String label) {}

    private static final Logger LOG = LoggerFactory.getLogger(ListedImages.class);

    private final Path source;
    private final ListFaults faults;
    private final Map<Part, List<Row>> rows = new EnumMap<>(Part.class);

    /** For lists of a folder, or one file, as messages are to call it. */
    ListedImages(Path source) {
        this.source = source;
        this.faults = new ListFaults(source);
    }

    ListFaults faults() {
        return faults;
    }

    void add(Part part, Row row) {
        Row composed = new Row(row.place, row.path, ClassNames.of(row.label));
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
        unifyNumbers();
        List<String> names = classNames();
        PathFinder finder = new PathFinder(folder, allowed);
        Map<Part, List<Entry>> entries = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            entries.put(part, resolve(finder, rows(part), names));
        }
        faults.check();
        if (names.size() < 2) {
            throw new IOException(
                    source + ": the lists have the classes " + names + ", expected two or more");
        }
        warnOfShared(entries);
        ImageListing train = listing(names, entries, Part.TRAIN);
        ImageListing validation = listing(names, entries, Part.VALIDATION);
        ImageListing test = listing(names, entries, Part.TEST);
        if (train.size() == 0) {
            throw new IOException(source + ": no image is listed for training, expected some");
        }
        ImageSplits splits = new ImageSplits(train, validation, test);
        if (!has(Part.VALIDATION)) {
            boolean testToo = cutTest && !has(Part.TEST);
            ImageSplits cut = StratifiedSplit.cut(train, seed, testToo);
            splits = new ImageSplits(cut.train(), cut.validation(), testToo ? cut.test() : test);
        }
        if (splits.validation().size() == 0) {
            throw new IOException(
                    source
                            + ": nothing to validate on; expected images in the validation list, or"
                            + " a class with two training images or more to take them from");
        }
        LOG.info(
                "{}: {} training, {} validation and {} test images in {} classes",
                source,
                splits.train().size(),
                splits.validation().size(),
                splits.test().size(),
                names.size());
        return splits;
    }

    /** Programs that hold labels as floating-point numbers write 1 as 1.0. */
    private void unifyNumbers() {
        boolean all =
                rows.values().stream()
                        .flatMap(List::stream)
                        .allMatch(row -> row.label.matches("\\d{1,18}(\\.0+)?"));
        if (all) {
            for (List<Row> part : rows.values()) {
                part.replaceAll(
                        row -> new Row(row.place, row.path, row.label.replaceFirst("\\.0+$", "")));
            }
        }
    }

    private List<String> classNames() {
        Set<String> labels = new HashSet<>();
        rows.values().forEach(part -> part.forEach(row -> labels.add(row.label)));
        boolean numbers = labels.stream().allMatch(label -> label.matches("\\d{1,18}"));
        Comparator<String> order = Comparator.naturalOrder();
        if (numbers) {
            Comparator<String> byValue = Comparator.comparingLong(Long::parseLong);
            order = byValue.thenComparing(order);
        }
        TreeSet<String> sorted = new TreeSet<>(order);
        sorted.addAll(labels);
        return List.copyOf(sorted);
    }

    private List<Entry> resolve(PathFinder finder, List<Row> part, List<String> names)
            throws IOException {
        Map<String, Integer> labels = new HashMap<>();
        for (String name : names) {
            labels.put(name, labels.size());
        }
        Map<Path, Row> first = new HashMap<>();
        List<Entry> entries = new ArrayList<>();
        for (Row row : part) {
            PathFinder.Found found = finder.find(row.path);
            Path path = found.file();
            Row before = path == null ? null : first.putIfAbsent(path, row);
            if (path == null) {
                faults.add(row.place, found.fault());
            } else if (before != null && !before.label.equals(row.label)) {
                faults.add(
                        row.place,
                        String.format(
                                Locale.ROOT,
                                "'%s' has the label %s, and %s at %s",
                                row.path,
                                row.label,
                                before.label,
                                before.place));
            } else {
                entries.add(new Entry(path, labels.getOrDefault(row.label, -1)));
            }
        }
        return entries;
    }

    private static ImageListing listing(
            List<String> names, Map<Part, List<Entry>> entries, Part part) {
        return new ImageListing(names, entries.getOrDefault(part, List.of()), 0);
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
