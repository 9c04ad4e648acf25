package io.github.rlrr.vit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.hub.FakeHub.End;
import io.github.rlrr.vit.hub.FakeHub.Fault;
import io.github.rlrr.vit.hub.FakeHub.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a download whose connection breaks, or whose bytes are not those announced. */
class DownloadTest {

    @TempDir private Path cache;
    private HubFixture fixture;
    private FakeHub server;

    @BeforeEach
    void start() throws IOException {
        fixture = new HubFixture(cache);
        server = fixture.server;
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void assertWhole(HubModel model) throws IOException {
        assertThat(model.weights()).hasBinaryContent(fixture.weights);
        assertThat(fixture.part()).doesNotExist();
        assertThat(fixture.part().resolveSibling("model.safetensors.part.json")).doesNotExist();
        try (VisionTransformer vit = VitCheckpoint.load(model.weights())) {
            assertThat(vit.config().depth()).isEqualTo(3);
        }
    }

    /** Leaves a part of the weights behind, as a first run does that gives up. */
    private void leavePart(int bytes) {
        server.faults.add(new Fault(bytes, End.CUT));
        Hub impatient =
                new Hub(fixture.settings().withPatience(1, Duration.ofSeconds(20), Duration.ZERO));
        assertThatThrownBy(() -> impatient.fetch(HubFixture.NAME, fixture))
                .isInstanceOf(IOException.class);
        assertThat(fixture.part()).hasSize(bytes);
        server.seen.clear();
        fixture.notes.clear();
    }

    @Test
    void aConnectionThatIsCutSeveralTimesGoesOnWhereItStopped() throws IOException {
        server.faults.addAll(
                List.of(
                        new Fault(1000, End.CUT),
                        new Fault(20_000, End.CUT),
                        new Fault(0, End.CUT)));
        assertWhole(fixture.fetch());
        assertThat(server.storeRequests())
                .extracting(Seen::range)
                .containsExactly("", "bytes=1000-", "bytes=21000-", "bytes=21000-");
        assertThat(server.storeRequests())
                .extracting(Seen::ifRange)
                .containsExactly("", "\"first\"", "\"first\"", "\"first\"");
        assertThat(fixture.notes).hasSize(3).allMatch(note -> note.endsWith("trying again"));
    }

    @Test
    void afterTheLastAttemptTheFaultIsSaidAndThePartKept() throws IOException {
        for (int i = 0; i < 4; i++) {
            server.faults.add(new Fault(100, End.CUT));
        }
        assertThatThrownBy(fixture::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("(tried 4 times)");
        assertThat(fixture.part()).hasSize(400);
        assertThat(fixture.target()).doesNotExist();
        assertWhole(fixture.fetch());
        assertThat(server.storeRequests().get(4).range()).isEqualTo("bytes=400-");
    }

    @Test
    void aStalledConnectionIsGivenUpAndContinued() throws IOException {
        server.faults.add(new Fault(5000, End.STALL));
        Hub hub =
                new Hub(
                        fixture.settings()
                                .withPatience(3, Duration.ofMillis(700), Duration.ofMillis(1)));
        assertWhole(hub.fetch(HubFixture.NAME, fixture));
        assertThat(fixture.notes).anyMatch(note -> note.contains("stalled"));
        assertThat(server.storeRequests()).extracting(Seen::range).endsWith("bytes=5000-");
    }

    @Test
    void aServerThatIgnoresRangesStartsAgain() throws IOException {
        leavePart(3000);
        server.ignoresRange = true;
        assertWhole(fixture.fetch());
        assertThat(server.storeRequests()).extracting(Seen::range).containsExactly("bytes=3000-");
        assertThat(fixture.notes).anyMatch(note -> note.contains("starting again"));
    }

    @Test
    void aFileThatChangedBetweenAttemptsIsNotMixed() throws IOException {
        leavePart(3000);
        fixture.weights[fixture.weights.length - 1] ^= 1;
        server.files.put("someone/tiny-vit/model.safetensors", fixture.weights);
        server.etag = "\"second\"";
        assertWhole(fixture.fetch());
        assertThat(server.storeRequests()).extracting(Seen::range).containsExactly("");
        assertThat(fixture.notes).anyMatch(note -> note.contains("does not fit"));
    }

    @Test
    void aFileThatChangesUnderTheStoreAloneIsSentAnewBecauseOfIfRange() throws IOException {
        leavePart(3000);
        server.etag = "\"second\"";
        assertWhole(fixture.fetch());
        assertThat(server.storeRequests()).hasSize(1);
        assertThat(server.storeRequests().get(0).ifRange()).isEqualTo("\"first\"");
    }

    @Test
    void aPartThatIsWholeIsCheckedAndNotAskedForAgain() throws IOException {
        leavePart(3000);
        Files.write(fixture.part(), fixture.weights);
        assertWhole(fixture.fetch());
        assertThat(server.storeRequests()).isEmpty();
    }

    @Test
    void aPartThatIsTooLongOrWithoutItsNoteIsDropped() throws IOException {
        leavePart(3000);
        Files.write(fixture.part(), Arrays.copyOf(fixture.weights, fixture.weights.length + 1));
        assertWhole(fixture.fetch());

        Files.delete(fixture.target());
        Files.write(fixture.part(), new byte[10]);
        Files.writeString(fixture.part().resolveSibling("model.safetensors.part.json"), "[}");
        assertWhole(fixture.fetch());
    }

    @Test
    void aRangeThatTheServerCannotServeStartsAgain() throws IOException {
        leavePart(3000);
        server.interception =
                exchange -> {
                    boolean refuse =
                            exchange.getRequestURI().getPath().startsWith("/store/")
                                    && exchange.getRequestHeaders().getFirst("Range") != null;
                    if (refuse) {
                        FakeHub.status(exchange, 416);
                    }
                    return refuse;
                };
        assertWhole(fixture.fetch());
        assertThat(server.storeRequests())
                .extracting(Seen::range)
                .containsExactly("bytes=3000-", "");
    }

    @Test
    void aContinuationFromAnotherByteIsRefused() throws IOException {
        leavePart(3000);
        server.interception =
                exchange -> {
                    boolean lie =
                            exchange.getRequestURI().getPath().startsWith("/store/")
                                    && exchange.getRequestHeaders().getFirst("Range") != null;
                    if (lie) {
                        exchange.getResponseHeaders()
                                .set("Content-Range", "bytes 2000-2009/" + fixture.weights.length);
                        exchange.sendResponseHeaders(206, 10);
                        exchange.getResponseBody().write(new byte[10]);
                    }
                    return lie;
                };
        assertWhole(fixture.fetch());
        assertThat(fixture.notes).anyMatch(note -> note.contains("got bytes 2000-2009/"));
    }

    @Test
    void aWrongChecksumDeletesThePartAndSaysBoth() {
        String other = "ab".repeat(32);
        server.linkedSha256 = other;
        assertThatThrownBy(fixture::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "expected " + other, FakeHub.hex("SHA-256", fixture.weights));
        assertThat(fixture.part()).doesNotExist();
        assertThat(fixture.target()).doesNotExist();
    }

    @Test
    void aDamagedPartOfAnEarlierRunIsFoundByTheChecksum() throws IOException {
        leavePart(3000);
        Files.write(fixture.part(), new byte[3000]);
        assertThatThrownBy(fixture::fetch).hasMessageContaining("SHA-256");
        assertWhole(fixture.fetch());
    }

    @Test
    void aWrongGitChecksumOfASmallFileIsFound() {
        server.interception =
                exchange -> {
                    boolean config = exchange.getRequestURI().getPath().endsWith("/config.json");
                    if (config) {
                        exchange.getResponseHeaders().set("X-Repo-Commit", FakeHub.COMMIT);
                        exchange.getResponseHeaders().set("ETag", "\"" + "0".repeat(40) + "\"");
                        exchange.sendResponseHeaders(200, 2);
                        exchange.getResponseBody().write(new byte[] {'{', '}'});
                    }
                    return config;
                };
        assertThatThrownBy(fixture::fetch)
                .hasMessageContainingAll(
                        "config.json", "git SHA-1", "9e26dfeeb6e641a33dae4961196235bdb965b21b");
        assertThat(fixture.hub()).satisfies(h -> assertThat(h.cached(HubFixture.NAME)).isEmpty());
    }

    @Test
    void theCallersChecksumDecides() throws IOException {
        String right = FakeHub.hex("SHA-256", fixture.weights);
        server.linkedSha256 = "ab".repeat(32);
        HubModel model =
                fixture.hub()
                        .fetch(HubFixture.NAME, right.toUpperCase(java.util.Locale.ROOT), fixture);
        assertWhole(model);
        String wrong = "cd".repeat(32);
        assertThatThrownBy(() -> fixture.hub().fetch(HubFixture.NAME, wrong, fixture))
                .hasMessageContainingAll(right, "expected " + wrong);
        assertThat(model.weights()).exists();
        assertThatThrownBy(() -> fixture.hub().fetch(HubFixture.NAME, "12", fixture))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64 hexadecimal digits");
    }

    @Test
    void aCachedFileThatRottedIsFoundByTheCallersChecksumAndFetchedAgain() throws IOException {
        HubModel model = fixture.fetch();
        byte[] rotten = fixture.weights.clone();
        rotten[rotten.length / 2] ^= 1;
        Files.write(model.weights(), rotten);
        assertWhole(fixture.hub().fetch(model.name(), model.sha256(), fixture));
        assertThat(fixture.notes).anyMatch(note -> note.contains("is damaged"));
    }

    @Test
    void aWrongSizeIsRefused() {
        server.linkedSize = fixture.weights.length + 7L;
        assertThatThrownBy(fixture::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "" + (fixture.weights.length + 7), "but " + fixture.weights.length);
        assertThat(fixture.target()).doesNotExist();
    }

    @Test
    void aBodyOfUntoldLengthThatGoesOnIsCutOff() {
        server.chunked = true;
        server.linkedSize = 1000;
        assertThatThrownBy(fixture::fetch).hasMessageContaining("goes on after the 1000 bytes");
        assertThat(fixture.part()).doesNotExist();
    }

    @Test
    void aFileAboveTheBoundIsNotDownloaded() {
        Hub hub = new Hub(fixture.settings().withMaxBytes(1000));
        assertThatThrownBy(() -> hub.fetch(HubFixture.NAME, fixture))
                .hasMessageContainingAll(
                        "has " + fixture.weights.length + " bytes", "expected at most 1000");
        assertThat(fixture.part()).doesNotExist();
        assertThat(fixture.progress).isEmpty();
    }

    @Test
    void aDiskWithoutRoomIsSaidBeforeTheFirstByte() {
        Hub hub = new Hub(fixture.settings(), folder -> 5L << 20);
        assertThatThrownBy(() -> hub.fetch(HubFixture.NAME, fixture))
                .hasMessageContainingAll("needs 64 MiB", "has 5 MiB", "--cache");
        assertThat(fixture.progress).isEmpty();
    }
}
