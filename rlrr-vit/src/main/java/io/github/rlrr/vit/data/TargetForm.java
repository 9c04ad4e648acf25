package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the rows of lists say what is to be answered. */
interface TargetForm {

    /** Numbers that many targets share. */
    Double ONE = 1.0;

    Double ZERO = 0.0;

    Double UNKNOWN = Double.NaN;

    /** The name of the task. */
    String task();

    /** What the names are called: classes, labels or quantities. */
    String words();

    /** Brings what means the same into one form. */
    default void unify(Map<Part, List<Row>> rows) {}

    /** The names that are answered with, in their order. */
    List<String> names(Map<Part, List<Row>> rows, ListFaults faults);

    /** The target of a row; null where it has a fault, which is noted. */
    @Nullable List<Double> target(Row row, List<String> names, ListFaults faults);

    /** Refuses what cannot be learnt. */
    void check(Path source, ImageListing train) throws IOException;

    /** Cuts off what is missing, so that all parts are alike. */
    ImageSplits cut(ImageListing train, long seed, boolean withTest);
}
