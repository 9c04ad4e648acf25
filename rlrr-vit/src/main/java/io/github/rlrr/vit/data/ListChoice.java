package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files of a folder are its lists. No table in the folder is passed over in silence: it is a
 * list, or stops the run with its name, or, beside class folders and without anything of a list, is
 * named in a warning.
 */
final class ListChoice {

    /** Tables in text. */
    static final Set<String> TEXT = Set.of("csv", "tsv", "tab", "psv", "txt");

    /** Tables that are not read. */
    static final Set<String> OTHER = Set.of("xlsx", "xls", "xlsm", "ods", "parquet");

    private static final Logger LOG = LoggerFactory.getLogger(ListChoice.class);

    private final Path folder;
    private final Question question;
    private final boolean classes;
    private final Map<Part, List<Path>> parts = new EnumMap<>(Part.class);
    private final List<Path> single = new ArrayList<>();
    private final List<Path> unknown = new ArrayList<>();
    private final List<Path> predictions = new ArrayList<>();
    private @Nullable Path strange;

    private ListChoice(Path folder, Question question) throws IOException {
        this.folder = folder;
        this.question = question;
        List<String> folders = FolderScan.folderNames(folder);
        classes = folders.size() > 1 && !folders.stream().allMatch(name -> Parts.of(name) != null);
        List<Path> files;
        try (Stream<Path> listed = Files.list(folder)) {
            files = listed.filter(ListChoice::isTable).sorted().toList();
        }
        for (Path file : files) {
            add(file);
        }
    }

    /**
     * The lists of a folder by part, or one under the key null; empty if it has none.
     *
     * @param question what they are to answer
     * @param warn whether tables that are not read are named in the log
     */
    static Map<@Nullable Part, Path> of(Path folder, Question question, boolean warn)
            throws IOException {
        return new ListChoice(folder, question).choose(warn);
    }

    static String extension(Path file) {
        String name = name(file);
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** What is said of a file that is no list. */
    static IOException notUnderstood(Path file) throws IOException {
        return OTHER.contains(extension(file))
                ? new IOException(
                        file + " is a table that is not read; expected a list saved as CSV")
                : ListColumns.fault(file, TextFile.head(file));
    }

    private static boolean isTable(Path file) {
        String extension = extension(file);
        return (TEXT.contains(extension) || OTHER.contains(extension))
                && !name(file).startsWith(".")
                && Files.isRegularFile(file);
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private void add(Path file) throws IOException {
        String name = name(file);
        Part part = Parts.of(name.substring(0, name.lastIndexOf('.')));
        boolean readable = TEXT.contains(extension(file));
        String head = readable ? TextFile.head(file) : "";
        if (readable && ListColumns.arePredictions(file, head)) {
            predictions.add(file);
        } else if (readable && isList(file, head)) {
            if (part == null) {
                single.add(file);
            } else {
                parts.computeIfAbsent(part, key -> new ArrayList<>()).add(file);
            }
        } else if (part != null) {
            strange = strange == null ? file : strange;
        } else if (!extension(file).equals("txt")) {
            unknown.add(file);
        }
    }

    /** Beside class folders, a table without a column of labels is about something else. */
    private boolean isList(Path file, String head) throws IOException {
        ListColumns columns = ListColumns.of(file, head, question);
        boolean several = columns != null && columns.answers().size() != 1;
        return columns != null && !(several && classes && question.equals(Question.ANY));
    }

    private Map<@Nullable Part, Path> choose(boolean warn) throws IOException {
        if (strange != null) {
            throw notUnderstood(strange);
        }
        Map<@Nullable Part, Path> chosen = new LinkedHashMap<>();
        for (Map.Entry<Part, List<Path>> entry : parts.entrySet()) {
            if (entry.getValue().size() > 1) {
                throw several(entry.getValue());
            }
            chosen.put(entry.getKey(), entry.getValue().get(0));
        }
        List<Path> unread = new ArrayList<>(predictions);
        unread.addAll(unknown);
        if (parts.containsKey(Part.TRAIN)) {
            unread.addAll(single);
        } else if (!parts.isEmpty() && single.isEmpty()) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: found %s; expected a list train.csv beside it",
                            folder,
                            chosen.values().stream().map(ListChoice::name).toList()));
        } else if (single.size() > 1 || !parts.isEmpty()) {
            List<Path> all = new ArrayList<>(chosen.values());
            all.addAll(single);
            throw several(all);
        } else if (!single.isEmpty()) {
            chosen.put(null, single.get(0));
        } else {
            checkUnknown();
        }
        if (warn && !unread.isEmpty()) {
            LOG.warn(
                    "{}: the tables {} are not read as lists of images",
                    folder,
                    unread.stream().map(ListChoice::name).toList());
        }
        return chosen;
    }

    /** Beside class folders a table may be about anything, unless it has something of a list. */
    private void checkUnknown() throws IOException {
        boolean folders = FolderScan.folderNames(folder).size() > 1;
        for (Path file : unknown) {
            boolean list =
                    TEXT.contains(extension(file))
                            && ListColumns.looksLikeList(
                                    TextFile.head(file), ImageDecoder.extensions());
            if (list || !folders) {
                throw notUnderstood(file);
            }
        }
    }

    private IOException several(List<Path> files) {
        return new IOException(
                folder
                        + ": several lists of images, "
                        + files.stream().sorted().map(ListChoice::name).toList()
                        + "; expected train.csv with val.csv and test.csv, or one list, or the"
                        + " one to use given by its name");
    }
}
