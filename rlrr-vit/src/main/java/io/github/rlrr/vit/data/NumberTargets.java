package io.github.rlrr.vit.data;

import io.github.rlrr.task.Regression;
import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Numbers: a cell a column, empty where it is not known.
 *
 * @param columns the names of the columns, which are those of the quantities
 */
record NumberTargets(List<String> columns) implements TargetForm {

    private static final String NUMBER = "[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?";

    @Override
    public String task() {
        return Regression.NAME;
    }

    @Override
    public String words() {
        return "quantities";
    }

    @Override
    public List<String> names(Map<Part, List<Row>> rows, ListFaults faults) {
        return columns;
    }

    @Override
    public List<Double> target(Row row, List<String> names, ListFaults faults) {
        List<Double> target = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            String cell = row.cells().get(i).strip();
            if (cell.isEmpty() || cell.equalsIgnoreCase("nan") || cell.equalsIgnoreCase("na")) {
                target.add(UNKNOWN);
            } else if (cell.matches(NUMBER) && Double.isFinite(Double.parseDouble(cell))) {
                target.add(Double.parseDouble(cell));
            } else {
                faults.add(
                        row.place(),
                        columns.get(i)
                                + " is '"
                                + cell
                                + "', expected a number such as 3.5, or an empty cell");
                target.add(UNKNOWN);
            }
        }
        return target;
    }

    @Override
    public void check(Path source, ImageListing train) throws IOException {
        for (int i = 0; i < columns.size(); i++) {
            Set<Double> values = new HashSet<>();
            for (ImageListing.Entry entry : train.entries()) {
                values.add(entry.target().get(i));
            }
            values.remove(UNKNOWN);
            if (values.size() < 2) {
                throw new IOException(
                        source
                                + ": "
                                + columns.get(i)
                                + (values.isEmpty()
                                        ? " is not known of one training image"
                                        : " is "
                                                + values.iterator().next()
                                                + " in every training image: there is nothing to"
                                                + " learn")
                                + "; --columns names the columns to learn");
            }
        }
    }

    @Override
    public ImageSplits cut(ImageListing train, long seed, boolean withTest) {
        return OrderedSplit.cut(train, seed, withTest);
    }
}
