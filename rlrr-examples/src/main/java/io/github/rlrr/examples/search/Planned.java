package io.github.rlrr.examples.search;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.github.rlrr.examples.output.JsonLines;
import io.github.rlrr.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A search as it was planned, which stays so when it goes on another day: {@code plan.json}.
 *
 * @param facts what else the trials have in common, by name
 * @param arms every combination
 * @param plan how many of them, from the front, are trained how far
 * @param steps of a whole training
 * @param forecast seconds of the plan
 * @param gridForecast seconds of the full grid
 */
public record Planned(
        Map<String, String> facts,
        List<Arm> arms,
        HalvingPlan plan,
        long steps,
        double forecast,
        double gridForecast) {

    private static final Gson GSON = JsonLines.GSON.newBuilder().setPrettyPrinting().create();

    public Planned {
        facts = new TreeMap<>(facts);
        arms = List.copyOf(arms);
    }

    /**
     * Makes a plan. A share of the grid is counted in steps, so that the same command plans the
     * same at each call; a time is kept by what was measured.
     *
     * @param measured of this machine, now
     * @param counted the same in steps
     */
    public static Planned of(
            Map<String, String> facts,
            List<Arm> arms,
            long steps,
            HalvingPlan.Costs measured,
            HalvingPlan.Costs counted,
            Budget budget) {
        HalvingPlan grid = HalvingPlan.grid(arms.size(), steps);
        HalvingPlan.Costs costs = budget.isShare() ? counted : measured;
        HalvingPlan plan =
                HalvingPlan.of(arms.size(), steps, costs, budget.seconds(grid.seconds(costs)));
        return new Planned(
                facts, arms, plan, steps, plan.seconds(measured), grid.seconds(measured));
    }

    private static Path file(Path folder) {
        return folder.resolve("plan.json");
    }

    /**
     * Reads the plan of a search that was begun.
     *
     * @param facts those of the search that is asked for
     * @return null where none was
     * @throws IllegalStateException when that was another search, with all that differs
     */
    public static @Nullable Planned read(Path folder, Map<String, String> facts)
            throws IOException {
        Path file = file(folder);
        if (!Files.exists(file)) {
            return null;
        }
        Planned before;
        try {
            before = Objects.requireNonNull(GSON.fromJson(Files.readString(file), Planned.class));
        } catch (JsonParseException | NullPointerException e) {
            throw new IOException(file + " is damaged; --restart searches again", e);
        }
        List<String> differences = new ArrayList<>();
        Map<String, String> all = new TreeMap<>(before.facts());
        all.putAll(facts);
        for (String name : all.keySet()) {
            String was = before.facts().getOrDefault(name, "none");
            String now = facts.getOrDefault(name, "none");
            if (!was.equals(now)) {
                differences.add(name + " was " + was + ", now " + now);
            }
        }
        if (!differences.isEmpty()) {
            throw new IllegalStateException(
                    folder
                            + " holds another search: "
                            + String.join("; ", differences)
                            + "; --restart begins anew");
        }
        return before;
    }

    /** Writes it where {@link #read} reads it, over a search that was there. */
    public void write(Path folder) throws IOException {
        HalvingSearch.forget(folder);
        AtomicFile.write(file(folder), AtomicFile.text(GSON.toJson(this) + "\n"));
    }
}
