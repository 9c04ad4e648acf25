package io.github.rlrr.vit.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.hub.FakeHub.End;
import io.github.rlrr.vit.hub.FakeHub.Fault;
import io.github.rlrr.vit.hub.FakeHub.Seen;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several threads and processes that want the same model at the same time. */
@Timeout(120)
class SharedCacheTest {

    private static final int PART = 40_000;

    @TempDir private Path cache;
    private HubFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new HubFixture(cache);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void threadsDownloadAModelOnce() throws InterruptedException, ExecutionException, IOException {
        int count = 4;
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Callable<HubModel>> fetches = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                fetches.add(fixture::fetch);
            }
            for (Future<HubModel> model : threads.invokeAll(fetches)) {
                assertThat(model.get().weights()).hasBinaryContent(fixture.weights);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(fixture.server.storeRequests()).hasSize(1);
    }

    @Test
    void aProcessWaitsForAnotherAndGoesOnWithWhatItLeftWhenItIsKilled()
            throws IOException, InterruptedException, ExecutionException {
        fixture.server.faults.add(new Fault(PART, End.STALL));
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                FetchInAnotherProcess.class.getName(),
                                fixture.server.endpoint().toString(),
                                cache.toString(),
                                HubFixture.NAME.toString())
                        .redirectErrorStream(true)
                        .start();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
            String line = said.readLine();
            while (line != null && !line.equals("progress " + PART)) {
                line = said.readLine();
            }
            assertThat(line).as("the other process has its part").isNotNull();

            CountDownLatch waiting = new CountDownLatch(1);
            HubListener listener =
                    new HubListener() {
                        @Override
                        public void onNote(String note) {
                            if (note.contains("another download")) {
                                waiting.countDown();
                            }
                        }
                    };
            Future<HubModel> model =
                    thread.submit(() -> fixture.hub().fetch(HubFixture.NAME, listener));
            assertThat(waiting.await(1, TimeUnit.MINUTES)).as("the second waits").isTrue();
            assertThat(fixture.part()).hasSize(PART);
            other.destroyForcibly().waitFor();

            assertThat(model.get().weights()).hasBinaryContent(fixture.weights);
            assertThat(fixture.server.storeRequests())
                    .extracting(Seen::range)
                    .containsExactly("", "bytes=" + PART + "-");
            try (VisionTransformer vit = VitCheckpoint.load(model.get().weights())) {
                assertThat(vit.config().width()).isEqualTo(32);
            }
        } finally {
            other.destroyForcibly();
            thread.shutdownNow();
        }
    }
}
