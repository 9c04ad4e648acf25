package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.CsvRecords.Csv;
import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Reads lists with a header that has columns for the path of an image and what is to be answered of
 * it ({@link ListColumns}), in any order beside any others: either one for each part, such as
 * {@code train.csv}, {@code val.csv} and {@code test.csv} ({@link Parts} has the spellings), or one
 * file of any name, whose column {@code split}, if it has one, says the part.
 *
 * <p>Paths are relative to the folder of the list. A label is the name of the class, or names of
 * labels with {@code |} or {@code ;} between them; or there is a column of 1, 0 and nothing for
 * each label, or one of numbers for each quantity ({@link CsvForm}). Where validation images are
 * missing they are cut off the training images; of one file without a column {@code split} so are
 * test images.
 */
final class CsvLists {

    private static final Logger LOG = LoggerFactory.getLogger(CsvLists.class);

    private CsvLists() {}

    static boolean matches(Path source, Question question) throws IOException {
        if (Files.isRegularFile(source)) {
            String extension = ListChoice.extension(source);
            return ListChoice.TEXT.contains(extension) || ListChoice.OTHER.contains(extension);
        }
        return Files.isDirectory(source) && !ListChoice.of(source, question, true).isEmpty();
    }

    /**
     * A list.
     *
     * @param file where it is
     * @param given the part it is named after; null for none
     * @param columns what its header says
     * @param rows what is below
     */
    record Table(Path file, @Nullable Part given, ListColumns columns, List<Csv> rows) {

        /** With several columns to answer in the order of another list. */
        Table ordered(List<String> answers) {
            return answers.size() < 2
                    ? this
                    : new Table(file, given, columns.ordered(answers), rows);
        }
    }

    static ImageSplits splits(Path source, long seed, ListedPaths allowed, Question question)
            throws IOException {
        Map<@Nullable Part, Path> lists =
                Files.isDirectory(source) ? ListChoice.of(source, question, false) : single(source);
        List<Table> tables = new ArrayList<>();
        for (Map.Entry<@Nullable Part, Path> list : lists.entrySet()) {
            // A list of this name alone may still hold all parts.
            tables.add(table(list.getValue(), lists.size() > 1 ? list.getKey() : null, question));
        }
        CsvForm form = CsvForm.of(question, tables);
        ListedImages listed = new ListedImages(source, form.targets());
        boolean parts = lists.size() > 1;
        List<String> names = tables.get(0).columns().answerNames();
        for (Table table : tables) {
            parts |= read(table.ordered(names), form, listed);
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

    private static Table table(Path file, @Nullable Part given, Question question)
            throws IOException {
        String text = TextFile.read(file);
        ListColumns columns = ListColumns.of(file, text, question);
        if (columns == null) {
            throw ListColumns.fault(file, text);
        }
        List<Csv> records = CsvRecords.read(file, text, columns.separator());
        LOG.info("{}: reads {}", file, columns);
        return new Table(file, given, columns, records.subList(1, records.size()));
    }

    /** Adds the rows of a file; true if a column said which part each belongs to. */
    private static boolean read(Table table, CsvForm form, ListedImages listed) throws IOException {
        Path file = table.file();
        Part given = table.given();
        ListColumns columns = table.columns();
        List<Csv> rows = table.rows();
        int split = splitColumn(file, columns, rows, given);
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
            List<String> cells = form.cells(columns, row);
            if (cells.isEmpty()) {
                listed.faults().add(place, "no label, expected the name of a class");
            } else {
                listed.add(part, new Row(place, row.fields().get(columns.path()), cells));
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
            boolean all = !columns.answers().contains(i) && i != columns.path();
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
}
