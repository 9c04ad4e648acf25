package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.CsvLists.Table;
import io.github.rlrr.vit.data.CsvRecords.Csv;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the columns of CSV lists hold: a class, labels with a separator between them, a 1 or 0 a
 * label, numbers. Unless it was said what they are for, cells of a column of labels are several
 * only where there is no doubt: one has a separator in it, and there are fewer labels between the
 * separators than there are different cells.
 *
 * @param targets how rows are understood
 * @param separator between labels; 0 where a cell is not cut
 */
record CsvForm(TargetForm targets, char separator) {

    private static final Logger LOG = LoggerFactory.getLogger(CsvForm.class);

    static CsvForm of(Question question, List<Table> tables) throws IOException {
        Table first = tables.get(0);
        List<String> names = first.columns().answerNames();
        checkColumns(question, tables);
        if (question.isForNumbers()) {
            return new CsvForm(new NumberTargets(names), '\0');
        }
        boolean several = names.size() > 1;
        if (question.isForClasses()) {
            if (several) {
                throw new IOException(
                        first.file()
                                + ": "
                                + names.size()
                                + " columns "
                                + names
                                + " for one label an image, expected one");
            }
            return new CsvForm(new ClassTargets(), '\0');
        }
        boolean flags = cells(tables).allMatch(cell -> LabelTargets.flag(cell.strip()) != null);
        if (several && !flags && !question.isForLabels()) {
            throw new IOException(
                    first.file()
                            + ": the columns "
                            + names
                            + " are not all 1, 0 or empty; --task says what they are, multi-label"
                            + " or regression");
        }
        if (several || (flags && question.isForLabels())) {
            return new CsvForm(new LabelTargets(names, List.of(), false), '\0');
        }
        char separator = cells(tables).anyMatch(cell -> cell.indexOf('|') >= 0) ? '|' : ';';
        if (!question.isForLabels()) {
            if (!areSeveral(tables, separator)) {
                return new CsvForm(new ClassTargets(), '\0');
            }
            LOG.info("{}: cells of {} hold several labels", first.file(), names);
        }
        return new CsvForm(
                new LabelTargets(List.of(), question.names(), !question.names().isEmpty()),
                separator);
    }

    private static void checkColumns(Question question, List<Table> tables) throws IOException {
        List<String> wanted =
                question.columns().isEmpty()
                        ? tables.get(0).columns().answerNames()
                        : question.columns();
        for (Table table : tables) {
            List<String> header = ClassNames.of(table.columns().names());
            List<String> missing =
                    ClassNames.of(wanted).stream().filter(name -> !header.contains(name)).toList();
            // A column of labels may have another name in another list.
            boolean asked = !question.columns().isEmpty() || wanted.size() > 1;
            if (asked && !missing.isEmpty()) {
                throw new IOException(
                        table.file() + ": no column " + missing + ", it has " + header);
            }
            if (table.columns().answers().isEmpty()) {
                throw new IOException(
                        table.file()
                                + ": which columns hold "
                                + (question.isForNumbers() ? "the numbers" : "labels")
                                + "? --columns names them; it has "
                                + header);
            }
        }
    }

    private static Stream<String> cells(List<Table> tables) {
        return tables.stream()
                .flatMap(
                        table ->
                                table.rows().stream()
                                        .filter(
                                                r ->
                                                        r.fields().size()
                                                                == table.columns().names().size())
                                        .flatMap(
                                                row ->
                                                        table.columns().answers().stream()
                                                                .map(row.fields()::get)));
    }

    private static boolean areSeveral(List<Table> tables, char separator) {
        Set<String> cells = new HashSet<>();
        Set<String> labels = new HashSet<>();
        cells(tables).forEach(cells::add);
        cells.forEach(cell -> labels.addAll(cut(cell, separator)));
        return cells.stream().anyMatch(cell -> cell.indexOf(separator) >= 0)
                && labels.size() < cells.size();
    }

    /** The labels between separators; none of a cell that has separators alone. */
    private static List<String> cut(String cell, char separator) {
        List<String> labels = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cell.length(); i++) {
            if (i == cell.length() || cell.charAt(i) == separator) {
                String label = trimmed(cell.substring(from, i));
                if (!label.isEmpty()) {
                    labels.add(label);
                }
                from = i + 1;
            }
        }
        return labels;
    }

    /** What a row says; empty where it has no class. */
    List<String> cells(ListColumns columns, Csv row) {
        List<String> cells =
                columns.answers().stream().map(i -> trimmed(row.fields().get(i))).toList();
        if (separator == 0) {
            return targets instanceof ClassTargets && cells.get(0).isEmpty() ? List.of() : cells;
        }
        List<String> labels = cut(cells.get(0), separator);
        return labels.isEmpty() && cells.get(0).isEmpty()
                ? LabelTargets.UNKNOWN_LABELS
                : labels.isEmpty() ? LabelTargets.NO_LABELS : labels;
    }

    /** Without spaces of any kind around it. */
    private static String trimmed(String text) {
        return text.replaceAll("^[\\s\\p{Z}]+|[\\s\\p{Z}]+$", "");
    }
}
