package io.github.rlrr.vit.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand requests from eight threads leave nothing behind. */
@Tag("slow")
class SustainedLoadTest {

    private static final int THREADS = 8;

    private static final int ROUNDS = 4;

    private static final int REQUESTS = 1_900;

    /**
     * One round of the four adds less than this. A request that kept its input alone, 3 KB, would
     * add 5.6 MiB in every round, its activations far more; the Java heap and the allocator's
     * arenas grow by tens of MiB, but not in every round.
     */
    private static final long GROWTH_KIB = 4 << 10;

    @TempDir private Path folder;

    /** What the process holds outside the Java heap and in it, where the system tells. */
    private static long residentKib() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static void ask(ImageClassifier classifier, byte[] image, int requests)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                work.add(
                        threads.submit(
                                () -> {
                                    for (int i = 0; i < requests / THREADS; i++) {
                                        classifier.classify(image);
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : work) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void memoryIsFlat() throws Exception {
        TinyClassifier.write(folder, 2);
        byte[] image = Files.readAllBytes(TinyClassifier.image("rgb8.png"));
        try (ImageClassifier classifier = ImageClassifier.open(folder.resolve("model"))) {
            ask(classifier, image, 2_400);
            System.gc();
            int arrays = TinyClassifier.aliveArrays();
            List<Long> growth = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                long before = residentKib();
                ask(classifier, image, REQUESTS);
                System.gc();
                growth.add(residentKib() - before);
            }
            assertThat(TinyClassifier.aliveArrays()).isLessThanOrEqualTo(arrays);
            assertThat(growth).anyMatch(kib -> kib < GROWTH_KIB);
        }
    }
}
