package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.CsvRecords.Csv;
import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV lists with a header that has the columns {@code path} and {@code label}, in any order
 * beside any others: either {@code train.csv}, {@code val.csv} and {@code test.csv}, or one file of
 * any name, whose column {@code split}, if it has one, says {@code train}, {@code val} (or {@code
 * valid}, {@code validation}) or {@code test}.
 *
 * <p>Paths are relative to the folder of the list. A label is the name of the class. Where
 * validation images are missing they are cut off the training images; of one file without a column
 * {@code split} so are test images.
 */
final class CsvLists {

    private static final String PATH = "path";
    private static final String LABEL = "label";
    private static final String SPLIT = "split";
    private static final String TRAIN = "train.csv";
    private static final Map<String, Part> PARTS =
            Map.of(
                    "train", Part.TRAIN,
                    "val", Part.VALIDATION,
                    "valid", Part.VALIDATION,
                    "validation", Part.VALIDATION,
                    "test", Part.TEST);

    private CsvLists() {}

    static boolean matches(Path source) throws IOException {
        if (Files.isRegularFile(source)) {
            return isCsv(source);
        }
        return Files.isRegularFile(source.resolve(TRAIN)) || !single(source).isEmpty();
    }

    static ImageSplits splits(Path source, long seed) throws IOException {
        ListedImages listed = new ListedImages(source);
        if (Files.isDirectory(source) && Files.isRegularFile(source.resolve(TRAIN))) {
            read(source.resolve(TRAIN), Part.TRAIN, listed);
            for (Part part : List.of(Part.VALIDATION, Part.TEST)) {
                Path file = source.resolve(part == Part.TEST ? "test.csv" : "val.csv");
                if (Files.exists(file)) {
                    read(file, part, listed);
                }
            }
            return listed.splits(source, seed, false);
        }
        Path file = Files.isDirectory(source) ? single(source).get(0) : source;
        boolean parts = read(file, null, listed);
        // An absolute path to a file has a parent.
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        return listed.splits(folder, seed, !parts);
    }

    /** Adds the rows of a file; true if a column said which part each belongs to. */
    private static boolean read(Path file, @Nullable Part given, ListedImages listed)
            throws IOException {
        List<Csv> records = CsvRecords.read(file);
        List<String> header = records.isEmpty() ? List.of() : header(records.get(0).fields());
        int path = header.indexOf(PATH);
        int label = header.indexOf(LABEL);
        int split = given == null ? header.indexOf(SPLIT) : -1;
        if (path < 0 || label < 0) {
            throw new IOException(
                    file
                            + ":1: the header "
                            + header
                            + ", expected the columns path and label, and where one file holds all"
                            + " parts, split");
        }
        for (Csv row : records.subList(1, records.size())) {
            String place = file.getFileName() + ":" + row.line();
            if (row.fields().size() != header.size()) {
                listed.faults()
                        .add(
                                place,
                                String.format(
                                        Locale.ROOT,
                                        "%d fields, expected %d as in the header",
                                        row.fields().size(),
                                        header.size()));
                continue;
            }
            String name = row.fields().get(label).strip();
            Part part = given == null ? Part.TRAIN : given;
            if (split >= 0) {
                String said = row.fields().get(split).strip();
                part = PARTS.get(said.toLowerCase(Locale.ROOT));
                if (part == null) {
                    listed.faults().add(place, "split '" + said + "', expected train, val or test");
                    continue;
                }
            }
            if (name.isEmpty()) {
                listed.faults().add(place, "no label, expected the name of a class");
            } else {
                listed.add(part, new Row(place, row.fields().get(path), name));
            }
        }
        return split >= 0;
    }

    /** The one CSV file of a folder whose header names images; none or more than one: empty. */
    private static List<Path> single(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> lists = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(CsvLists::isCsv).sorted().toList()) {
                if (namesImages(file)) {
                    lists.add(file);
                }
            }
        }
        if (lists.size() > 1) {
            throw new IOException(
                    folder
                            + ": several lists of images, "
                            + lists.stream().map(Path::getFileName).toList()
                            + "; expected train.csv with val.csv and test.csv, or one list, or the"
                            + " one to use given by its name");
        }
        return lists;
    }

    private static boolean namesImages(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            List<String> header = header(List.of(lines.findFirst().orElse("").split(",")));
            return header.contains(PATH) && header.contains(LABEL);
        }
    }

    private static List<String> header(List<String> fields) {
        return fields.stream()
                .map(field -> field.replaceAll("^\\P{Alnum}+|\\P{Alnum}+$", ""))
                .map(field -> field.toLowerCase(Locale.ROOT))
                .toList();
    }

    private static boolean isCsv(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".csv") && !name.startsWith(".") && Files.isRegularFile(file);
    }
}
