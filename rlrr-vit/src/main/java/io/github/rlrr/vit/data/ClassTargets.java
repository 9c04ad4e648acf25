package io.github.rlrr.vit.data;

import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One label an image. The classes are the labels of all parts together, so that a label means the
 * same in each; labels that are all whole numbers are sorted by value, others by UTF-16 code unit.
 */
final class ClassTargets implements TargetForm {

    private final Map<String, Integer> labels = new HashMap<>();

    @Override
    public String task() {
        return Tasks.USUAL;
    }

    @Override
    public String words() {
        return "classes";
    }

    /** Programs that hold labels as floating-point numbers write 1 as 1.0. */
    @Override
    public void unify(Map<Part, List<Row>> rows) {
        boolean all =
                rows.values().stream()
                        .flatMap(List::stream)
                        .allMatch(row -> row.label().matches("\\d{1,18}(\\.0+)?"));
        if (all) {
            for (List<Row> part : rows.values()) {
                part.replaceAll(row -> row.with(row.label().replaceFirst("\\.0+$", "")));
            }
        }
    }

    @Override
    public List<String> names(Map<Part, List<Row>> rows, ListFaults faults) {
        Set<String> said = new HashSet<>();
        rows.values().forEach(part -> part.forEach(row -> said.add(row.label())));
        List<String> names = sorted(said);
        names.forEach(name -> labels.put(name, labels.size()));
        return names;
    }

    /** By value where all are whole numbers, else by code unit. */
    static List<String> sorted(Set<String> labels) {
        boolean numbers = labels.stream().allMatch(label -> label.matches("\\d{1,18}"));
        Comparator<String> order = Comparator.naturalOrder();
        if (numbers) {
            Comparator<String> byValue = Comparator.comparingLong(Long::parseLong);
            order = byValue.thenComparing(order);
        }
        TreeSet<String> sorted = new TreeSet<>(order);
        sorted.addAll(labels);
        return List.copyOf(sorted);
    }

    @Override
    public List<Double> target(Row row, List<String> names, ListFaults faults) {
        return List.of((double) labels.getOrDefault(row.label(), -1));
    }

    @Override
    public void check(Path source, ImageListing train) throws IOException {
        if (train.classNames().size() < 2) {
            throw new IOException(
                    source
                            + ": the lists have the classes "
                            + train.classNames()
                            + ", expected two or more");
        }
    }

    @Override
    public ImageSplits cut(ImageListing train, long seed, boolean withTest) {
        return StratifiedSplit.cut(train, seed, withTest);
    }
}
