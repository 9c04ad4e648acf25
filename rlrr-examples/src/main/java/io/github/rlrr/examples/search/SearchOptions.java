package io.github.rlrr.examples.search;

import io.github.rlrr.examples.option.MethodOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether settings are searched, which, and how long that may take. */
public final class SearchOptions {

    /** The names of the options, without dashes, in a file of options. */
    public static final Set<String> NAMES = Set.of("search", "search-budget");

    private static final String RANK = "rank";
    private static final String USUAL = "usual";

    /** Around the default rate of a run, the likely ones first. */
    private static final List<Double> RATES = List.of(0.003, 0.01, 0.001, 0.03, 0.0003);

    private static final List<Double> RATES_OF_FULL =
            List.of(0.0003, 0.001, 0.0001, 0.003, 0.00003);
    private static final List<Double> RATES_OF_HEADS = List.of(0.03, 0.1, 0.01, 0.3, 0.003);
    private static final List<Double> DECAYS = List.of(0.0001, 0.01);
    private static final int RANK_FACTOR = 4;

    @Option(
            names = "--search",
            arity = "0..1",
            paramLabel = "SPACE",
            fallbackValue = USUAL,
            description =
                    "Choose settings by successive halving on the validation images, then train"
                            + " with them. Without SPACE learning rate, weight decay and the"
                            + " method's rank; else values such as lr=0.001,0.01,rank=1,4, the"
                            + " likely ones first, of these and of numbers that --set takes.")
    private @Nullable String search;

    @Option(
            names = "--search-budget",
            paramLabel = "TIME",
            defaultValue = "33%",
            description =
                    "The most time that may take in all, as 10m, 2h or a share of what every"
                            + " combination would take. Default: 33%%.")
    private String budget = "33%";

    public boolean isAsked() {
        return search != null;
    }

    public Budget budget() {
        return Budget.parse(budget);
    }

    /**
     * Every combination of what is to be tried, the likely ones first.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public List<Arm> arms(MethodOptions method) {
        Map<String, List<Double>> space =
                USUAL.equals(search) ? usual(method) : Arm.parse(String.valueOf(search));
        List<String> faults = new ArrayList<>();
        Set<String> known = method.numbers();
        space.forEach(
                (name, values) -> {
                    if (!name.equals(Arm.RATE)
                            && !name.equals(Arm.DECAY)
                            && !known.contains(name)) {
                        faults.add(
                                "\""
                                        + name
                                        + "\" cannot be searched, expected "
                                        + Arm.RATE
                                        + ", "
                                        + Arm.DECAY
                                        + (known.isEmpty() ? "" : ", " + String.join(", ", known)));
                    }
                    if (values.stream().distinct().count() < values.size()) {
                        faults.add(name + " has the values " + values + ", expected each once");
                    }
                });
        List<Arm> arms = Arm.combinations(space);
        if (arms.size() < 2) {
            faults.add("there is one combination, expected at least two to choose from");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("--search: " + String.join("; ", faults));
        }
        return arms;
    }

    private static Map<String, List<Double>> usual(MethodOptions method) {
        Map<String, List<Double>> space = new LinkedHashMap<>();
        space.put(
                Arm.RATE,
                switch (method.name()) {
                    case "full" -> RATES_OF_FULL;
                    case "linear-probe" -> RATES_OF_HEADS;
                    default -> RATES;
                });
        space.put(Arm.DECAY, DECAYS);
        if (method.numbers().contains(RANK) && !method.isGiven(RANK)) {
            double rank = method.number(RANK);
            space.put(RANK, List.of(rank, RANK_FACTOR * rank));
        }
        return space;
    }
}
