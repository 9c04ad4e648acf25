package io.github.rlrr.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.task.Task;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.torch.TorchProgram;
import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a run's state on disk and reads it back: the tensors in place, the position returned.
 *
 * <p>When a state is written depends on time; what a run computes does not. So a run that is killed
 * and continued ends with the values of one that was not, bit for bit, on the same build and thread
 * count.
 */
final class TrainingState implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainingState.class);
    private static final String POSITION = "position";
    private static final String IDENTITY = "run";
    private static final String THREADS = "threads";
    private static final String COPY =
            """
              def copy(self, to: List[Tensor], source: List[Tensor]) -> NoneType:
                torch._foreach_copy_(to, source)
                return None
            """;

    private final StateFolder folder;
    private final Path path;
    private final long nanosBetween;
    private final RunIdentity identity;
    private final Task task;
    private final Map<String, NDArray> tensors;
    private long written = System.nanoTime();

    /**
     * Takes the folder.
     *
     * @param path where the states are
     * @param between the least time between two states within a run
     * @param identity whose they are
     * @param task names what a position holds
     * @param tensors all that training changes, by name; they stay their owners'
     * @throws UncheckedIOException when the folder cannot be used or another run holds it
     */
    TrainingState(
            Path path,
            Duration between,
            RunIdentity identity,
            Task task,
            Map<String, NDArray> tensors) {
        this.path = path;
        this.task = task;
        this.identity = identity;
        this.tensors = new TreeMap<>(tensors);
        nanosBetween = between.toNanos();
        try {
            folder = new StateFolder(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** What the newest whole state of a folder says of a fact of its run. */
    static Optional<String> recorded(Path path, String fact) throws IOException {
        if (!Files.isDirectory(path)) {
            return Optional.empty();
        }
        try (StateFolder folder = new StateFolder(path);
                TensorReader reader = folder.newest()) {
            return reader == null
                    ? Optional.empty()
                    : RunIdentity.fact(reader.metadata().get(IDENTITY), fact);
        }
    }

    /** Whether it is time for another state. */
    boolean isDue() {
        return System.nanoTime() - written >= nanosBetween;
    }

    /**
     * Writes a state.
     *
     * @throws UncheckedIOException when it cannot be written; the last good states are intact then,
     *     unless the folder itself is gone
     */
    void write(RunPosition position) {
        Map<String, String> texts =
                Map.of(
                        POSITION, position.toJson(task),
                        IDENTITY, identity.toJson(),
                        THREADS, Integer.toString(TorchRuntime.threads()));
        requireThere(position.step());
        try {
            folder.write(position.step(), tensors, texts);
        } catch (IOException e) {
            String message =
                    "the run stops at step "
                            + position.step()
                            + ", since its state cannot be written: "
                            + e.getMessage()
                            + "; make room and start it again: it continues from the last state in "
                            + path;
            throw new UncheckedIOException(new IOException(message, e));
        }
        written = System.nanoTime();
    }

    private void requireThere(long step) {
        boolean there;
        try {
            there = folder.isThere();
        } catch (IOException e) {
            there = false;
        }
        if (!there) {
            throw new UncheckedIOException(
                    new IOException(
                            "the run stops at step "
                                    + step
                                    + ", since its folder "
                                    + path
                                    + " was deleted or moved while it trained; nothing is saved there"));
        }
    }

    /**
     * Reads the newest whole state into the tensors.
     *
     * @param like a manager on their device
     * @return where the run stood, or null when there is no state
     * @throws UncheckedIOException when the states are damaged
     * @throws IllegalStateException when they are another run's
     */
    @Nullable RunPosition read(NDManager like) {
        try (TensorReader reader = folder.newest()) {
            if (reader == null) {
                return null;
            }
            checkIdentity(reader);
            fill(reader, like);
            return RunPosition.fromJson(reader.metadata().get(POSITION), task);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void checkIdentity(TensorReader reader) {
        List<String> differences =
                new ArrayList<>(identity.differences(reader.metadata().get(IDENTITY)));
        tensors.forEach(
                (name, array) -> {
                    TensorInfo info = reader.tensors().get(name);
                    if (info == null || !info.shape().equals(array.getShape())) {
                        differences.add(
                                name
                                        + " was "
                                        + (info == null ? "not there" : info.shape())
                                        + ", now "
                                        + array.getShape());
                    }
                });
        if (!differences.isEmpty()) {
            throw new IllegalStateException(
                    path
                            + " holds the state of another run: "
                            + String.join("; ", differences)
                            + "; continue with its settings, or delete the folder to begin again");
        }
        String threads = String.valueOf(reader.metadata().get(THREADS));
        if (!threads.equals(Integer.toString(TorchRuntime.threads()))) {
            LOG.warn(
                    "the run began on {} threads and goes on with {}: its result will equal that of"
                            + " one that never stopped within rounding only",
                    threads,
                    TorchRuntime.threads());
        }
    }

    private void fill(TensorReader reader, NDManager like) throws IOException {
        try (NDManager scope = like.newSubManager();
                TorchProgram program = new TorchProgram(COPY)) {
            for (Map.Entry<String, NDArray> entry : tensors.entrySet()) {
                NDArray read = reader.read(entry.getKey(), scope);
                program.run("copy", List.of(entry.getValue()), List.of(read));
                read.close();
            }
        }
    }

    @Override
    public void close() {
        try {
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }
}
