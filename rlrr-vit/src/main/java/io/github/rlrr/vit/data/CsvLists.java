package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.CsvRecords.Csv;
import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads lists with a header that has columns for the path and the label of an image ({@link
 * ListColumns}), in any order beside any others: either one for each part, such as {@code
 * train.csv}, {@code val.csv} and {@code test.csv} ({@link Parts} has the spellings), or one file
 * of any name, whose column {@code split}, if it has one, says the part.
 *
 * <p>Paths are relative to the folder of the list. A label is the name of the class. Where
 * validation images are missing they are cut off the training images; of one file without a column
 * {@code split} so are test images.
 */
final class CsvLists {

    private static final Logger LOG = LoggerFactory.getLogger(CsvLists.class);

    private CsvLists() {}

    static boolean matches(Path source) throws IOException {
        if (Files.isRegularFile(source)) {
            String extension = ListChoice.extension(source);
            return ListChoice.TEXT.contains(extension) || ListChoice.OTHER.contains(extension);
        }
        return Files.isDirectory(source) && !ListChoice.of(source, true).isEmpty();
    }

    static ImageSplits splits(Path source, long seed, ListedPaths allowed) throws IOException {
        ListedImages listed = new ListedImages(source);
        Map<@Nullable Part, Path> lists =
                Files.isDirectory(source) ? ListChoice.of(source, false) : single(source);
        boolean parts = lists.size() > 1;
        for (Map.Entry<@Nullable Part, Path> list : lists.entrySet()) {
            // A list of this name alone may still hold all parts.
            Part given = lists.size() > 1 ? list.getKey() : null;
            parts |= read(list.getValue(), given, listed);
        }
        boolean whole = !parts && !lists.containsKey(Part.TRAIN);
        return listed.splits(folder(lists.values().iterator().next()), seed, whole, allowed);
    }

    private static Map<@Nullable Part, Path> single(Path file) throws IOException {
        if (ListChoice.OTHER.contains(ListChoice.extension(file))) {
            throw ListChoice.notUnderstood(file);
        }
        Map<@Nullable Part, Path> one = new HashMap<>();
        one.put(null, file);
        return one;
    }

    /** An absolute path to a file has a parent. */
    private static Path folder(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    /** Adds the rows of a file; true if a column said which part each belongs to. */
    private static boolean read(Path file, @Nullable Part given, ListedImages listed)
            throws IOException {
        String text = TextFile.read(file);
        ListColumns columns = ListColumns.of(file, text);
        if (columns == null) {
            throw ListColumns.fault(file, text);
        }
        List<Csv> records = CsvRecords.read(file, text, columns.separator());
        List<Csv> rows = records.subList(1, records.size());
        int split = splitColumn(file, columns, rows, given);
        LOG.info("{}: reads {}", file, columns);
        for (Csv row : rows) {
            String place = file.getFileName() + ":" + row.line();
            if (row.fields().size() != columns.names().size()) {
                listed.faults()
                        .add(
                                place,
                                String.format(
                                        Locale.ROOT,
                                        "%d fields, expected %d as in the header",
                                        row.fields().size(),
                                        columns.names().size()));
                continue;
            }
            String name = trimmed(row.fields().get(columns.label()));
            Part part = given == null ? Part.TRAIN : given;
            if (split >= 0) {
                String said = row.fields().get(split).strip();
                Part found = Parts.of(said);
                if (found == null || (given != null && found != given)) {
                    String expected = given == null ? Parts.EXPECTED : "those of the file's name";
                    listed.faults().add(place, "split '" + said + "', expected " + expected);
                    continue;
                }
                part = found;
            }
            if (name.isEmpty()) {
                listed.faults().add(place, "no label, expected the name of a class");
            } else {
                listed.add(part, new Row(place, row.fields().get(columns.path()), name));
            }
        }
        return split >= 0;
    }

    /**
     * The column that says the parts: the header's, if any of its values is a part or it is called
     * split; -1 if none does.
     *
     * @throws IOException if a column of another name says parts
     */
    private static int splitColumn(
            Path file, ListColumns columns, List<Csv> rows, @Nullable Part given)
            throws IOException {
        int split = columns.split();
        if (split >= 0) {
            boolean named = columns.names().get(split).equalsIgnoreCase("split");
            boolean any = rows.stream().anyMatch(row -> part(row, split) != null);
            return any || (named && given == null) ? split : -1;
        }
        for (int i = 0; i < columns.names().size(); i++) {
            int column = i;
            Set<Part> parts = EnumSet.noneOf(Part.class);
            boolean all = i != columns.label() && i != columns.path();
            for (int at = 0; all && at < rows.size(); at++) {
                Part part = part(rows.get(at), column);
                all = part != null;
                if (part != null) {
                    parts.add(part);
                }
            }
            if (all && parts.size() > 1) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: the column '%s' says parts of the data set; expected it to be"
                                        + " called split",
                                file,
                                columns.names().get(i)));
            }
        }
        return -1;
    }

    private static @Nullable Part part(Csv row, int column) {
        return row.fields().size() > column ? Parts.of(row.fields().get(column)) : null;
    }

    /** Without spaces of any kind around it. */
    private static String trimmed(String text) {
        return text.replaceAll("^[\\s\\p{Z}]+|[\\s\\p{Z}]+$", "");
    }
}
