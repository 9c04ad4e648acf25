package io.github.rlrr.vit.data;

import io.github.rlrr.io.OneLine;
import io.github.rlrr.vit.data.CsvRecords.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the header of a list says: how fields are separated, and which columns hold the path, the
 * label and, if any, the part.
 *
 * <p>Names are compared in lower case without anything but letters and digits, so that {@code File
 * Name}, {@code file_name} and {@code filename} are one. The names that the documentation gives
 * first ({@code path}, {@code label}, {@code split}) win over their synonyms, and these over
 * identifiers such as {@code image_id}. Two synonyms of the same rank are a fault.
 *
 * @param separator between fields
 * @param names of the columns
 * @param path index of the column
 * @param label index of the column
 * @param split index of the column; -1 if there is none
 */
record ListColumns(char separator, List<String> names, int path, int label, int split) {

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
    static @Nullable ListColumns of(Path file, String text) throws IOException {
        for (char separator : separators(text)) {
            ListColumns columns = of(file, separator, header(file, text, separator));
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

    private static @Nullable ListColumns of(Path file, char separator, List<String> header)
            throws IOException {
        List<String> names = header.stream().map(ListColumns::plain).toList();
        int path = find(file, header, names, PATH);
        int label = find(file, header, names, LABEL);
        return path < 0 || label < 0
                ? null
                : new ListColumns(separator, header, path, label, find(file, header, names, SPLIT));
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
