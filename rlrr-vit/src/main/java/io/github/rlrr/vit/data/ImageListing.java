package io.github.rlrr.vit.data;

import io.github.rlrr.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Image files and what is to be answered of them, none of them opened yet.
 *
 * @param task the name of the task, such as {@code single-label}
 * @param classNames the names of the classes, labels or quantities in their order, in Unicode's
 *     composed form (NFC)
 * @param entries the files in the order of the data set; may be empty, as where there is no test
 *     set
 * @param ignored how many files were passed over because they are hidden or no images by their name
 */
public record ImageListing(String task, List<String> classNames, List<Entry> entries, int ignored) {

    /**
     * One image file.
     *
     * @param path the file
     * @param target the index of its class; or a number for each name, as the task has it, NaN
     *     where it is not known
     */
    public record Entry(Path path, List<Double> target) {

        /**
         * Copies the list.
         *
         * @param path the file
         * @param target as the record has it
         */
        public Entry {
            target = List.copyOf(target);
        }

        /**
         * An image of a class.
         *
         * @param path the file
         * @param label index into the class names
         */
        public Entry(Path path, int label) {
            this(path, List.of((double) label));
        }

        /**
         * The class of an image that has one.
         *
         * @return index into the class names
         */
        public int label() {
            return target.get(0).intValue();
        }
    }

    /**
     * Images of one label each.
     *
     * @param classNames the names in label order
     * @param entries as the record has it
     * @param ignored as the record has it
     * @throws IllegalArgumentException if a label is no index into the class names
     */
    public ImageListing(List<String> classNames, List<Entry> entries, int ignored) {
        this(Tasks.USUAL, classNames, entries, ignored);
    }

    /**
     * Copies the lists and composes the names.
     *
     * @param task as the record has it
     * @param classNames as the record has it
     * @param entries as the record has it
     * @param ignored as the record has it
     * @throws IllegalArgumentException if a label is no index into the class names, or a target has
     *     not a number for each name
     */
    public ImageListing {
        classNames = ClassNames.of(classNames);
        entries = List.copyOf(entries);
        int length = task.equals(Tasks.USUAL) ? 1 : classNames.size();
        for (Entry entry : entries) {
            if (entry.target.size() != length) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: a target of %d numbers, expected %d",
                                entry.path,
                                entry.target.size(),
                                length));
            }
        }
        for (Entry entry : task.equals(Tasks.USUAL) ? entries : List.<Entry>of()) {
            if (entry.label() < 0 || entry.label() >= classNames.size()) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: label %d, expected 0 to %d (there are %d classes)",
                                entry.path,
                                entry.label(),
                                classNames.size() - 1,
                                classNames.size()));
            }
        }
    }

    /**
     * The number of files.
     *
     * @return the number of entries
     */
    public int size() {
        return entries.size();
    }

    /**
     * What is to be answered of each file.
     *
     * @return the targets in the files' order
     */
    public List<double[]> targets() {
        return entries.stream()
                .map(e -> e.target().stream().mapToDouble(Double::doubleValue).toArray())
                .toList();
    }

    /**
     * The same files under the labels of a model's classes.
     *
     * @param names the model's class names in label order
     * @return a listing whose labels index into {@code names}; of several labels or numbers this
     *     one, where the names are the same
     * @throws IllegalArgumentException if a class here is not among them
     */
    public ImageListing relabelled(List<String> names) {
        List<String> composed = ClassNames.of(names);
        if (!task.equals(Tasks.USUAL)) {
            if (!classNames.equals(composed)) {
                throw new IllegalArgumentException(
                        "the images have the names " + classNames + ", the model " + names);
            }
            return this;
        }
        List<String> unknown =
                classNames.stream().filter(name -> !composed.contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "the images have classes "
                            + unknown
                            + " that the model does not know: "
                            + names);
        }
        List<Entry> relabelled =
                entries.stream()
                        .map(e -> new Entry(e.path(), composed.indexOf(classNames.get(e.label()))))
                        .toList();
        return new ImageListing(composed, relabelled, ignored);
    }

    /**
     * A few-shot subset: so many files of each class, drawn by the seed and the class's name.
     *
     * <p>The subsets of one seed are nested: those of k shots are among those of k + 1.
     *
     * @param shots files to keep of each class, at least 1; a class with fewer keeps them all
     * @param seed of the draw
     * @return a listing of the same classes, its files in the order they had here
     * @throws IllegalArgumentException if {@code shots} is below 1, or images have no single label
     */
    public ImageListing shots(int shots, long seed) {
        if (shots < 1) {
            throw new IllegalArgumentException("shots: " + shots + ", expected 1 up");
        }
        if (!task.equals(Tasks.USUAL)) {
            throw new IllegalArgumentException(
                    "shots are counted for one label an image, these images are for the task "
                            + task);
        }
        TreeMap<Integer, Entry> kept = new TreeMap<>();
        for (int label = 0; label < classNames.size(); label++) {
            List<Integer> positions = StratifiedSplit.shuffled(this, label, seed);
            for (int position : positions.subList(0, Math.min(shots, positions.size()))) {
                kept.put(position, entries.get(position));
            }
        }
        return with(List.copyOf(kept.values()), ignored);
    }

    ImageListing with(List<Entry> others, int ignoredThere) {
        return new ImageListing(task, classNames, others, ignoredThere);
    }
}
