package io.github.rlrr.examples.recipe;

import io.github.rlrr.vit.data.DataLayout;
import io.github.rlrr.vit.data.ImageSplits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Compares a user's copy of a benchmark with what was published: the lists, how many images they
 * have, that every one is there, and the classes. Images are not opened.
 */
public final class CopyCheck {

    /** VTAB-1k's lists. */
    private static final List<String> TEXTS =
            List.of("train800.txt", "val200.txt", "train800val200.txt", "test.txt");

    private static final List<String> JSONS = List.of("train.json", "val.json", "test.json");

    private CopyCheck() {}

    /**
     * What was found of a task.
     *
     * @param task its name
     * @param faults what is wrong, one phrase each; empty when all is well
     * @param found what is there, in a few words
     */
    public record Finding(String task, List<String> faults, String found) {

        /**
         * Whether all is as published.
         *
         * @return true without faults
         */
        public boolean isGood() {
            return faults.isEmpty();
        }

        /** One line: the task, ok and what is there, or all that is wrong. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-22s %s",
                    task,
                    isGood() ? "ok   " + found : "BAD  " + String.join("; ", faults));
        }
    }

    /**
     * Looks at a task's folder.
     *
     * @param task what is expected
     * @param layout how it lies on disk
     * @param root the folder of all tasks
     * @return what was found
     */
    public static Finding of(BenchmarkTask task, DataLayout layout, Path root) {
        Path folder = root.resolve(task.name());
        List<String> faults = new ArrayList<>();
        String found = "";
        if (!Files.isDirectory(folder)) {
            faults.add("no folder " + folder);
            return new Finding(task.name(), faults, found);
        }
        boolean texts = layout == DataLayout.VTAB_LISTS;
        for (String list : texts ? TEXTS : JSONS) {
            if (!Files.isRegularFile(folder.resolve(list))) {
                faults.add("no " + list);
            }
        }
        if (faults.isEmpty()) {
            try {
                if (texts) {
                    both(folder, task, faults);
                }
                found = splits(task, layout.splits(folder, 0), texts, faults);
            } catch (IOException e) {
                faults.add(String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " "));
            }
        }
        return new Finding(task.name(), faults, found);
    }

    /** The list of all 1,000, which is not read when the lists of its parts are there. */
    private static void both(Path folder, BenchmarkTask task, List<String> faults)
            throws IOException {
        List<String> parts = new ArrayList<>(lines(folder, TEXTS.get(0)));
        parts.addAll(lines(folder, TEXTS.get(1)));
        List<String> both = lines(folder, TEXTS.get(2));
        count(faults, TEXTS.get(2), both.size(), task.trainImages() + task.validationImages());
        if (both.size() == parts.size() && !labels(both).equals(labels(parts))) {
            faults.add(
                    "the labels of "
                            + TEXTS.get(2)
                            + " are not those of "
                            + TEXTS.get(0)
                            + " and "
                            + TEXTS.get(1));
        }
    }

    private static List<String> lines(Path folder, String list) throws IOException {
        return Files.readAllLines(folder.resolve(list)).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** Sorted; the same image has another path in each list. */
    private static List<String> labels(List<String> lines) {
        return lines.stream()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .sorted()
                .toList();
    }

    private static String splits(
            BenchmarkTask task, ImageSplits splits, boolean numbered, List<String> faults) {
        int train = splits.train().size();
        int validation = splits.validation().size();
        int test = splits.test().size();
        List<String> labels = splits.train().classNames();
        count(faults, "the training list", train, task.trainImages());
        count(faults, "the validation list", validation, task.validationImages());
        count(faults, "the test list", test, task.testImages());
        if (labels.size() != task.classes()) {
            faults.add(labels.size() + " classes, expected " + task.classes());
        }
        String last = labels.get(labels.size() - 1);
        // FGVC's numbers have gaps; VTAB-1k's count from 0.
        if (numbered && Long.parseLong(last) >= task.classes()) {
            faults.add("labels up to " + last + ", expected 0 to " + (task.classes() - 1));
        }
        return String.format(
                Locale.ROOT,
                "%d + %d training and %d test images, %d classes",
                train,
                validation,
                test,
                labels.size());
    }

    private static void count(List<String> faults, String what, int found, int expected) {
        if (found != expected) {
            faults.add(what + " has " + found + " images, expected " + expected);
        }
    }
}
