package io.github.rlrr.vit.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.hub.FakeHub.Seen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said when the hub refuses, where redirects lead, and who sees the token. */
class RefusalTest {

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

    private void answer(int status, String header, String value) {
        server.interception =
                exchange -> {
                    exchange.getResponseHeaders().set(header, value);
                    FakeHub.status(exchange, status);
                    return true;
                };
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(fixture::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(parts);
        assertThat(cache.resolve("hf")).doesNotExist();
    }

    @Test
    void noSuchRepositoryOrRevision() {
        answer(404, "X-Error-Code", "RepoNotFound");
        assertRefused("404, there is no such repository", "someone/tiny-vit", "HF_TOKEN");
        answer(404, "X-Error-Code", "RevisionNotFound");
        assertRefused("no revision \"main\"");
        answer(404, "X-Other", "");
        assertRefused("neither model.safetensors nor pytorch_model.bin");
        assertThat(server.storeRequests()).isEmpty();
    }

    @Test
    void privateAndGatedModels() {
        answer(401, "X-Error-Code", "RepoNotFound");
        assertRefused("401, there is no such public model", "set HF_TOKEN");
        answer(403, "X-Error-Code", "GatedRepo");
        assertRefused("gated", "/someone/tiny-vit", "HF_TOKEN");
        answer(403, "X-Other", "");
        assertThatThrownBy(
                        () ->
                                new Hub(fixture.settings().withToken("hf_secret"))
                                        .fetch(HubFixture.NAME, fixture))
                .hasMessageContaining("403, HF_TOKEN gives no access")
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("hf_secret");
    }

    @Test
    void aBusyServerIsTriedAgainAFewTimes() throws IOException {
        answer(500, "X-Other", "");
        assertRefused("500", "(tried 4 times)");
        assertThat(server.seen).hasSize(4);

        int[] left = {2};
        server.interception =
                exchange -> {
                    boolean refuse = left[0]-- > 0;
                    if (refuse) {
                        FakeHub.status(exchange, 503);
                    }
                    return refuse;
                };
        assertThat(fixture.fetch().weights()).hasBinaryContent(fixture.weights);
    }

    @Test
    void aRateLimitIsWaitedForWhenItIsShort() throws IOException {
        answer(429, "Retry-After", "3600");
        assertRefused("429, too many requests", "in 3600 s", "HF_TOKEN");
        assertThat(server.seen).hasSize(1);
        answer(429, "Retry-After", "0");
        assertRefused("429", "(tried 4 times)");
    }

    @Test
    void anUnexpectedStatus() {
        answer(418, "X-Other", "");
        assertRefused("418, expected 200");
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        server.interception =
                exchange -> {
                    server.stall();
                    return true;
                };
        Hub hub =
                new Hub(fixture.settings().withPatience(2, Duration.ofMillis(200), Duration.ZERO));
        assertThatThrownBy(() -> hub.fetch(HubFixture.NAME, fixture))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("no answer for 200 ms", "(tried 2 times)");
    }

    @Test
    void aServerThatDoesNotSpeakTlsIsNoSafeConnection() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread =
                    new Thread(
                            () -> {
                                while (!plain.isClosed()) {
                                    try (Socket client = plain.accept()) {
                                        client.getOutputStream()
                                                .write(
                                                        "HTTP/1.1 400 Bad\r\n\r\n"
                                                                .getBytes(US_ASCII));
                                        client.getInputStream().readAllBytes();
                                    } catch (IOException e) {
                                        // Hung up, as it should; the assertion below tells.
                                    }
                                }
                            });
            thread.setDaemon(true);
            thread.start();
            URI secure = URI.create("https://127.0.0.1:" + plain.getLocalPort());
            assertThatThrownBy(
                            () ->
                                    new Hub(fixture.settings().withEndpoint(secure))
                                            .fetch(HubFixture.NAME, fixture))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("no safe connection to 127.0.0.1", "trust store");
        }
    }

    @Test
    void aServerThatIsNoHub() {
        server.commit = "../../evil";
        assertRefused("X-Repo-Commit", "HF_ENDPOINT");
    }

    @Test
    void aRenamedRepositoryIsFollowedOnTheHubItself() throws IOException {
        server.interception =
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    boolean old = path.startsWith("/old/");
                    if (old) {
                        exchange.getResponseHeaders()
                                .set("Location", path.replace("/old/", "/someone/"));
                        FakeHub.status(exchange, 307);
                    }
                    return old;
                };
        HubModel model = fixture.hub().fetch(HubName.parse("hf:old/tiny-vit"), fixture);
        assertThat(model.weights()).hasBinaryContent(fixture.weights);
        assertThat(model.folder().resolve("config.json")).hasBinaryContent(HubFixture.CONFIG);
    }

    @Test
    void endlessRedirectsEnd() {
        server.interception =
                exchange -> {
                    exchange.getResponseHeaders()
                            .set("Location", exchange.getRequestURI().getPath());
                    FakeHub.status(exchange, 302);
                    return true;
                };
        assertRefused("redirected more than 10 times");
        assertThat(server.seen).hasSize(11);
    }

    @Test
    void aRedirectToWhatIsNoWebAddressIsRefused() {
        answer(302, "Location", "file:///etc/passwd");
        assertRefused("file:///etc/passwd", "expected an http or https address");
        answer(302, "Location", "http://[");
        assertRefused("no address");
        answer(302, "X-Other", "");
        assertRefused("expected an http or https address");
    }

    @Test
    void aRedirectNeverGivesUpEncryption() {
        URI secure = URI.create("https://hub.example/a/b");
        assertThatThrownBy(() -> Transport.target(secure, "http://127.0.0.1/x?key=secret"))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("from https to http://127.0.0.1/x", "not followed")
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("secret");
        assertThatThrownBy(() -> Transport.target(secure, "//")).isInstanceOf(IOException.class);
    }

    @Test
    void theTokenGoesToTheHubAndNotToTheStore() throws IOException {
        new Hub(fixture.settings().withToken("hf_secret")).fetch(HubFixture.NAME, fixture);
        assertThat(server.storeRequests()).isNotEmpty().extracting(Seen::token).containsOnly("");
        assertThat(server.seen)
                .filteredOn(s -> !s.path().startsWith("/store/"))
                .isNotEmpty()
                .extracting(Seen::token)
                .containsOnly("Bearer hf_secret");
    }
}
