package io.github.rlrr.examples.recipe;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.github.rlrr.examples.output.JsonLines;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.ProcessLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The results in an output folder: {@code <experiment>/<task>/<protocol>-seed<n>/result.json}, and
 * {@code <experiment>/experiment.json} saying what the folder's name stands for. Files are written
 * whole or not at all, so that several processes may share the folder.
 */
public final class ResultStore {

    private static final String EXPERIMENT = "experiment.json";
    private static final String RESULT = "result.json";
    private static final String LOCK = "lock";
    private static final int DEPTH = 3;

    private static final Gson GSON = JsonLines.GSON.newBuilder().setPrettyPrinting().create();

    private final Path root;

    /**
     * The results in a folder.
     *
     * @param root the output folder; need not exist
     */
    public ResultStore(Path root) {
        this.root = root;
    }

    /** One trial's place. */
    public final class Slot {

        private final Experiment experiment;
        private final Path folder;

        private Slot(Experiment experiment, Path folder) {
            this.experiment = experiment;
            this.folder = folder;
        }

        /**
         * Where everything of this trial goes.
         *
         * @return the folder; exists once the lock was taken
         */
        public Path folder() {
            return folder;
        }

        /**
         * Whether there is a result. A failure is none: it is tried again.
         *
         * @return true when there is nothing left to do
         * @throws IOException when a result is there but damaged
         */
        public boolean isDone() throws IOException {
            Path file = folder.resolve(RESULT);
            return Files.exists(file) && read(file, TrialResult.class).failure() == null;
        }

        /**
         * Keeps others from doing this trial.
         *
         * @return the lock, or null when another has it
         * @throws IOException when the folder cannot be used
         */
        public @Nullable ProcessLock tryLock() throws IOException {
            return ProcessLock.tryTake(folder.resolve(LOCK));
        }

        /**
         * Writes the result, in place of an earlier failure.
         *
         * @param result the result or the failure
         * @throws IOException when the folder cannot be written
         */
        public void write(TrialResult result) throws IOException {
            ResultStore.write(root.resolve(experiment.key()).resolve(EXPERIMENT), experiment);
            ResultStore.write(folder.resolve(RESULT), result);
        }
    }

    /**
     * The place of a trial.
     *
     * @param experiment what is common to a table
     * @param task the task's name
     * @param variant protocol and search
     * @param seed the seed
     * @return its place
     */
    public Slot slot(Experiment experiment, String task, Variant variant, long seed) {
        Path folder = root.resolve(experiment.key()).resolve(task).resolve(variant.folder(seed));
        return new Slot(experiment, folder);
    }

    /**
     * All results of an experiment.
     *
     * @param experiment the experiment
     * @return results and failures, ordered by their place
     * @throws IOException when a result is damaged, naming its file
     */
    public List<TrialResult> results(Experiment experiment) throws IOException {
        Path folder = root.resolve(experiment.key());
        List<TrialResult> results = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder, DEPTH)) {
                for (Path file : files.filter(f -> f.endsWith(RESULT)).sorted().toList()) {
                    results.add(read(file, TrialResult.class));
                }
            }
        }
        return results;
    }

    /**
     * All experiments in the folder.
     *
     * @return the experiments by the names of their folders
     * @throws IOException when one is damaged, naming its file
     */
    public Map<String, Experiment> experiments() throws IOException {
        Map<String, Experiment> found = new TreeMap<>();
        if (Files.isDirectory(root)) {
            try (Stream<Path> folders = Files.list(root)) {
                for (Path folder : folders.sorted().toList()) {
                    Path file = folder.resolve(EXPERIMENT);
                    if (Files.exists(file)) {
                        Experiment experiment = read(file, Experiment.class);
                        found.put(experiment.key(), experiment);
                    }
                }
            }
        }
        return found;
    }

    private static <T> T read(Path file, Class<T> type) throws IOException {
        String text = Files.readString(file);
        try {
            T value = GSON.fromJson(text, type);
            if (value != null) {
                return value;
            }
        } catch (RuntimeException e) {
            // Gson's own, and what a record's constructor throws, wrapped by it or not.
            throw damaged(file, e);
        }
        throw damaged(file, null);
    }

    private static IOException damaged(Path file, @Nullable Exception cause) {
        return new IOException(
                file
                        + " is damaged, expected what a run wrote there; delete it to run the trial"
                        + " again",
                cause);
    }

    private static void write(Path file, Object value) throws IOException {
        AtomicFile.write(file, AtomicFile.text(text(GSON.toJsonTree(value))));
    }

    static JsonElement json(TrialResult result) {
        return GSON.toJsonTree(result);
    }

    static String text(JsonElement json) {
        return GSON.toJson(json) + "\n";
    }
}
