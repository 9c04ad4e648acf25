package io.github.rlrr.examples.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Puts experiments of one recipe on one checkpoint side by side: a table a pair of the two. */
final class MethodsTable {

    private MethodsTable() {}

    /**
     * The tables of all that can be compared.
     *
     * @param experiments in the order their columns get
     * @param tables of the experiments, in their order
     * @param results of the experiments, in their order
     */
    static List<ResultTable> of(
            List<Experiment> experiments,
            List<ResultTable> tables,
            List<List<TrialResult>> results) {
        Map<List<String>, List<Integer>> comparable = new LinkedHashMap<>();
        for (int i = 0; i < experiments.size(); i++) {
            Experiment experiment = experiments.get(i);
            comparable
                    .computeIfAbsent(
                            List.of(experiment.recipe(), experiment.checkpointSha256()),
                            key -> new ArrayList<>())
                    .add(i);
        }
        List<ResultTable> sideBySide = new ArrayList<>();
        for (List<Integer> places : comparable.values()) {
            if (places.size() > 1) {
                Map<String, ResultTable> byLabel = new LinkedHashMap<>();
                for (int i : places) {
                    String label = label(i, places, experiments) + parameters(results.get(i));
                    byLabel.put(label, tables.get(i));
                }
                Experiment first = experiments.get(places.get(0));
                String title = first.recipe() + ": methods on " + first.checkpoint();
                sideBySide.add(ResultTable.sideBySide(title, byLabel));
            }
        }
        return sideBySide;
    }

    /** The method; with the digest of its settings where they alone tell experiments apart. */
    private static String label(int of, List<Integer> places, List<Experiment> experiments) {
        Experiment experiment = experiments.get(of);
        long same =
                places.stream()
                        .filter(i -> experiments.get(i).method().equals(experiment.method()))
                        .count();
        String key = experiment.key();
        String digest = key.substring(key.lastIndexOf('-') + 1);
        return same > 1 ? experiment.method() + " " + digest : experiment.method();
    }

    private static String parameters(List<TrialResult> results) {
        OptionalDouble mean = TrialResult.trainable(results);
        return mean.isEmpty()
                ? ""
                : String.format(Locale.ROOT, " (%.2f M)", mean.getAsDouble() / 1e6);
    }
}
