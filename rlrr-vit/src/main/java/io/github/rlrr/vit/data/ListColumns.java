package io.github.rlrr.vit.data;

import io.github.rlrr.io.OneLine;
import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.vit.data.CsvRecords.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the header of a list says: how fields are separated, and which columns hold the path, what
 * is to be answered and, if any, the part.
 *
 * <p>Names are compared in lower case without anything but letters and digits, so that {@code File
 * Name}, {@code file_name} and {@code filename} are one. The names that the documentation gives
 * first ({@code path}, {@code label}, {@code split}) win over their synonyms, and these over
 * identifiers such as {@code image_id}. Two synonyms of the same rank are a fault.
 *
 * @param separator between fields
 * @param names of the columns
 * @param path index of the column
 * @param answers indices of the columns of what is to be answered: the label, or those that the
 *     question names, as far as they are there; may be empty
 * @param split index of the column; -1 if there is none
 */
record ListColumns(char separator, List<String> names, int path, List<Integer> answers, int split) {

    static final String EXPECTED =
            "expected a header with the columns path and label (or such as filename, image; class,"
                    + " category), separated by commas, semicolons, tabs or |";

    private static final String SEPARATORS = ",;\t|";
    private static final String MARKER = "sep=";
    private static final int LINES = 20;
    private static final List<Set<String>> PATH =
            List.of(
                    Set.of("path"),
                    Set.of(
                            "paths",
                            "filepath",
                            "filepaths",
                            "imagepath",
                            "imagepaths",
                            "imgpath",
                            "relativepath",
                            "relpath",
                            "fullpath",
                            "pathtoimage"),
                    Set.of(
                            "file",
                            "files",
                            "filename",
                            "filenames",
                            "fname",
                            "image",
                            "images",
                            "img",
                            "imagefile",
                            "imgfile",
                            "imagename",
                            "imgname",
                            "imagefilename",
                            "picture",
                            "photo"),
                    Set.of("imageid", "imgid", "fileid", "id"));
    private static final List<Set<String>> LABEL =
            List.of(
                    Set.of("label"),
                    Set.of(
                            "labels",
                            "labelname",
                            "class",
                            "classes",
                            "classname",
                            "classlabel",
                            "category",
                            "categoryname",
                            "categories",
                            "target",
                            "targets",
                            "targetname",
                            "tag",
                            "tags",
                            "groundtruth"),
                    Set.of("labelid", "classid", "categoryid", "classindex", "y"));
    private static final List<Set<String>> SPLIT =
            List.of(
                    Set.of("split"),
                    Set.of(
                            "splits",
                            "set",
                            "subset",
                            "partition",
                            "part",
                            "dataset",
                            "phase",
                            "usage",
                            "datasplit",
                            "datasetsplit",
                            "imageset",
                            "stage"));
    private static final List<String> PREDICTIONS = List.of("image", "label", "probability");

    /** The columns of a list, given its text or its beginning; null if that is no list's. */
    static @Nullable ListColumns of(Path file, String text, Question question) throws IOException {
        for (char separator : separators(text)) {
            ListColumns columns = of(file, text, separator, question);
            if (columns != null) {
                return columns;
            }
        }
        return null;
    }

    /** Whether it is what {@code rlrr predict} writes, rather than what a person has labelled. */
    static boolean arePredictions(Path file, String text) {
        List<String> header = header(file, text, ',');
        return header.size() >= PREDICTIONS.size()
                && header.subList(0, PREDICTIONS.size()).equals(PREDICTIONS);
    }

    /** Whether the first lines of a table that is no list name columns of one, or images. */
    static boolean looksLikeList(String text, Set<String> extensions) {
        return text.lines()
                .limit(LINES)
                .flatMap(line -> Stream.of(line.split("[,;\t|\"]")))
                .map(field -> field.strip().toLowerCase(Locale.ROOT))
                .anyMatch(field -> isColumn(field) || isImage(field, extensions));
    }

    private static boolean isColumn(String field) {
        return Stream.concat(PATH.subList(0, 3).stream(), LABEL.subList(0, 2).stream())
                .anyMatch(names -> names.contains(plain(field)));
    }

    private static boolean isImage(String field, Set<String> extensions) {
        int dot = field.lastIndexOf('.');
        return dot > 0 && extensions.contains(field.substring(dot + 1));
    }

    /** The fault of a file that is no list. */
    static IOException fault(Path file, String text) {
        String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
        return new IOException(
                String.format(
                        Locale.ROOT,
                        "%s is not understood as a list of images: its first line is \"%s\"; %s",
                        file,
                        OneLine.start(first),
                        EXPECTED));
    }

    /** Where the header begins: after the line in which Excel is told the separator. */
    static int start(String text) {
        boolean marked = text.regionMatches(true, 0, MARKER, 0, MARKER.length());
        if (!marked) {
            return 0;
        }
        int end = 0;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end <= MARKER.length() + 1 ? end : 0;
    }

    private static char[] separators(String text) {
        return start(text) > MARKER.length()
                ? new char[] {text.charAt(MARKER.length())}
                : SEPARATORS.toCharArray();
    }

    private static List<String> header(Path file, String text, char separator) {
        try {
            Csv first = CsvRecords.first(file, text, separator);
            return first == null ? List.of() : first.fields().stream().map(String::strip).toList();
        } catch (IOException e) {
            return List.of(); // quoted in another way than with this separator
        }
    }

    private static @Nullable ListColumns of(
            Path file, String text, char separator, Question question) throws IOException {
        List<String> header = header(file, text, separator);
        List<String> names = header.stream().map(ListColumns::plain).toList();
        int path = find(file, header, names, PATH);
        if (path < 0) {
            return null;
        }
        int split = find(file, header, names, SPLIT);
        List<Integer> asked = named(header, question.columns());
        List<Integer> known = named(header, question.names());
        if (!question.columns().isEmpty()) {
            return new ListColumns(separator, header, path, asked, split);
        }
        if (!question.isForClasses()
                && !question.names().isEmpty()
                && known.size() == question.names().size()) {
            return new ListColumns(separator, header, path, known, split);
        }
        int label = find(file, header, names, LABEL);
        if (label >= 0) {
            return new ListColumns(separator, header, path, List.of(label), split);
        }
        ListColumns others =
                new ListColumns(
                        separator,
                        header,
                        path,
                        IntStream.range(0, header.size())
                                .filter(i -> i != path && i != split)
                                .boxed()
                                .toList(),
                        split);
        if (question.isForLabels()) {
            return others;
        }
        if (question.isForNumbers()) {
            return new ListColumns(separator, header, path, List.of(), split);
        }
        return question.mayBe(MultiLabel.NAME) && others.areFlags(file, text) ? others : null;
    }

    /** The columns of these names, in their order, as far as there are such. */
    private static List<Integer> named(List<String> header, List<String> wanted) {
        List<String> composed = ClassNames.of(header);
        return ClassNames.of(wanted).stream().map(composed::indexOf).filter(i -> i >= 0).toList();
    }

    /**
     * Whether there are two columns or more to answer, and every cell that is read is 1, 0 or
     * empty.
     */
    private boolean areFlags(Path file, String text) {
        int end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
        try {
            List<Csv> records = CsvRecords.read(file, text.substring(0, end + 1), separator);
            return answers.size() > 1
                    && records.size() > 1
                    && records.subList(1, records.size()).stream().allMatch(this::areFlags);
        } catch (IOException e) {
            return false; // cut within quotes
        }
    }

    private boolean areFlags(Csv row) {
        return row.fields().size() == names.size()
                && answers.stream().allMatch(i -> LabelTargets.flag(row.fields().get(i)) != null);
    }

    /** The same with these columns to answer. */
    ListColumns ordered(List<String> answerNames) {
        return new ListColumns(separator, names, path, named(names, answerNames), split);
    }

    /** The names of the columns to answer. */
    List<String> answerNames() {
        return answers.stream().map(names::get).toList();
    }

    private static int find(
            Path file, List<String> header, List<String> names, List<Set<String>> ranks)
            throws IOException {
        for (Set<String> rank : ranks) {
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                if (rank.contains(names.get(i))) {
                    found.add(i);
                }
            }
            if (found.size() > 1) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: the columns %s could each be the %s; expected one that is"
                                        + " called so",
                                file,
                                found.stream().map(header::get).toList(),
                                ranks.get(0).iterator().next()));
            }
            if (found.size() == 1) {
                return found.get(0);
            }
        }
        return -1;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }
}
