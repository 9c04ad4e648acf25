package io.github.rlrr.vit.data;

import io.github.rlrr.task.MultiLabel;
import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several labels an image: the cells of a row are its labels, or, where columns are given, a 1, 0
 * or nothing for each column. A row that has one empty cell for its labels is not known.
 *
 * <p>The labels are those of the training part, or of all rows where parts are cut later. A label
 * that another part has and the training part has not is a fault.
 */
final class LabelTargets implements TargetForm {

    /** The cell of a row of which no label is known. */
    static final List<String> UNKNOWN_LABELS = List.of("");

    /** The cells of a row that has none of the labels. */
    static final List<String> NO_LABELS = List.of("", "");

    private static final Logger LOG = LoggerFactory.getLogger(LabelTargets.class);

    private final List<String> columns;
    private final List<String> given;
    private final boolean isModels;

    /**
     * Lists of labels, or columns.
     *
     * @param columns the names of the columns; empty for lists of labels
     * @param given the labels there are, such as a model's; empty for those of the rows
     * @param isModels whether they are a model's
     */
    LabelTargets(List<String> columns, List<String> given, boolean isModels) {
        this.columns = columns;
        this.given = given;
        this.isModels = isModels;
    }

    @Override
    public String task() {
        return MultiLabel.NAME;
    }

    @Override
    public String words() {
        return "labels";
    }

    @Override
    public List<String> names(Map<Part, List<Row>> rows, ListFaults faults) {
        if (!columns.isEmpty()) {
            return columns;
        }
        if (!given.isEmpty()) {
            return given;
        }
        Set<String> said = new HashSet<>();
        rows.getOrDefault(Part.TRAIN, List.of()).forEach(row -> said.addAll(row.cells()));
        said.remove("");
        return ClassTargets.sorted(said);
    }

    @Override
    public List<Double> target(Row row, List<String> names, ListFaults faults) {
        if (!columns.isEmpty()) {
            return flags(row, faults);
        }
        if (row.cells().equals(UNKNOWN_LABELS)) {
            return Collections.nCopies(names.size(), UNKNOWN);
        }
        Set<String> labels = new HashSet<>(row.cells());
        labels.remove("");
        List<Double> target = new ArrayList<>(names.size());
        for (String name : names) {
            target.add(labels.remove(name) ? ONE : ZERO);
        }
        for (String unknown : labels) {
            faults.add(
                    row.place(),
                    "the label '"
                            + unknown
                            + (isModels
                                    ? "', which the model does not know; it knows "
                                    : "', which no training image has; they have ")
                            + ImageFolder.some(names));
        }
        return target;
    }

    private List<Double> flags(Row row, ListFaults faults) {
        List<Double> target = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            String cell = row.cells().get(i).strip();
            Double value = flag(cell);
            if (value == null) {
                faults.add(
                        row.place(),
                        columns.get(i)
                                + " is '"
                                + cell
                                + "', expected 1, 0 or an empty cell; --columns names the columns"
                                + " of labels");
                value = UNKNOWN;
            }
            target.add(value);
        }
        return target;
    }

    /** What a cell of a label's column says; null where it is something else. */
    static @Nullable Double flag(String cell) {
        return switch (cell.toLowerCase(Locale.ROOT)) {
            case "1", "1.0", "true" -> ONE;
            case "0", "0.0", "false" -> ZERO;
            case "", "nan", "na" -> UNKNOWN;
            default -> null;
        };
    }

    @Override
    public void check(Path source, ImageListing train) throws IOException {
        boolean known =
                train.entries().stream()
                        .flatMap(entry -> entry.target().stream())
                        .anyMatch(value -> !value.isNaN());
        if (!known) {
            throw new IOException(
                    source
                            + ": not one label of the training images is known, expected some; an"
                            + " empty cell is one that is not known");
        }
    }

    @Override
    public ImageSplits cut(ImageListing train, long seed, boolean withTest) {
        return IterativeSplit.cut(train, seed, withTest);
    }

    /** Names the labels of which nothing can be learnt, or nothing told. */
    static void warn(Path source, ImageSplits splits) {
        warn(source, splits.train(), "training", "they are never learnt");
        warn(source, splits.validation(), "validation", "their thresholds stay at one half");
    }

    private static void warn(Path source, ImageListing part, String name, String effect) {
        List<String> absent = new ArrayList<>();
        for (int i = 0; i < part.classNames().size(); i++) {
            int label = i;
            if (part.entries().stream().noneMatch(e -> e.target().get(label).equals(ONE))) {
                absent.add(part.classNames().get(i));
            }
        }
        if (!absent.isEmpty()) {
            LOG.warn(
                    "{}: no {} image has the labels {}: {}",
                    source,
                    name,
                    ImageFolder.some(absent),
                    effect);
        }
    }
}
