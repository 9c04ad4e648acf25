package io.github.rlrr.examples.spark;

import io.github.rlrr.task.Regression;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.image.ImageLimits;
import io.github.rlrr.vit.inference.ImagePredictor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;

/**
 * The models of this JVM, each opened by the first task that asks for it and shared by all, which
 * compute at the same time. They stay open until the JVM ends, with the application.
 */
final class Classifiers {

    private static final Map<String, ImagePredictor> OPEN = new ConcurrentHashMap<>();
    private static final AtomicInteger OPENED = new AtomicInteger();

    private Classifiers() {}

    /**
     * Gives a model, opening it on first use; other tasks wait for that. To be called in a task.
     *
     * @param folder a folder of {@code rlrr merge}, or an archive's name after the # of {@code
     *     --archives}
     * @throws UncheckedIOException when it cannot be opened; the next task tries again
     */
    static ImagePredictor of(String folder) {
        return OPEN.computeIfAbsent(folder, Classifiers::open);
    }

    private static ImagePredictor open(String folder) {
        // libtorch would take every core for every task. A JVM runs cores / spark.task.cpus tasks
        // at a time, so the cores that Spark gave a task are its share. libtorch remembers the
        // count for the process, but a thread that has computed before keeps its own: so it is set
        // before the first forward.
        TorchRuntime.setThreads(TaskContext.get().cpus());
        Path path = Path.of(folder);
        try {
            // The limits of rlrr predict; the classifier's own are those for images from strangers.
            ImagePredictor opened =
                    ImagePredictor.builder()
                            .limits(ImageLimits.DEFAULT)
                            .open(Files.isDirectory(path) ? path : Path.of(SparkFiles.get(folder)));
            if (opened.task().name().equals(Regression.NAME)) {
                opened.close();
                throw new IOException(
                        folder
                                + " answers with numbers, which rlrr predict --csv writes; this job"
                                + " writes labels");
            }
            OPENED.incrementAndGet();
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many models this JVM has opened. */
    static int opened() {
        return OPENED.get();
    }
}
