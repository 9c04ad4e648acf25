package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What comes over a socket and is no request, or is slow to become one. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "rlrr.max-connections=20",
            "rlrr.request-timeout=2s",
            "rlrr.idle-timeout=1s",
            "rlrr.max-held-bytes=100KB",
            "management.server.port=0"
        })
class ProtocolTest {

    private static final String POST =
            "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    @TempDir static Path folder;

    @LocalServerPort int port;

    @DynamicPropertySource
    static void model(DynamicPropertyRegistry registry) throws IOException {
        RandomVit.write(RandomVit.TINY, folder, 0);
        registry.add("rlrr.model", folder::toString);
    }

    @AfterEach
    void stillAnswers() {
        assertThat(new Client(port).image(Images.noise("png", 20, 20, 0)).status()).isEqualTo(200);
    }

    /** All that comes back until the service closes the connection, or 10 s have passed. */
    private String exchange(String sent) throws IOException {
        try (Socket socket = connect(sent)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Socket connect(String sent) throws IOException {
        Socket socket = new Socket("localhost", port);
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        out.write(sent.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    static List<Arguments> faults() {
        String get = "GET / HTTP/1.1\r\nHost: localhost\r\n";
        return List.of(
                Arguments.of("\0garbage\r\n\r\n", 400, "not HTTP/1.1"),
                Arguments.of("GET / FOO/x\r\n\r\n", 400, "not HTTP/1.1"),
                Arguments.of("GET / HTTP/9.9\r\n\r\n", 505, "HTTP/9.9, expected HTTP/1.1"),
                Arguments.of("GET / HTTP/1.1\r\n\r\n", 400, "Host"),
                Arguments.of("GET / HTTP/1.1\r\nHost: a b:x\r\n\r\n", 400, "Host"),
                Arguments.of("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no URI"),
                Arguments.of(
                        "GET /" + "a".repeat(9000) + " HTTP/1.1\r\n\r\n",
                        414,
                        "at most 4096 bytes (server.netty.max-initial-line-length)"),
                Arguments.of(
                        get + "X: " + "a".repeat(20_000) + "\r\n\r\n",
                        431,
                        "at most 8192 bytes (server.max-http-request-header-size)"),
                Arguments.of(POST + "Content-Length: abc\r\n\r\n", 400, "not HTTP/1.1"),
                Arguments.of(POST + "Content-Length: -5\r\n\r\n", 400, "not HTTP/1.1"),
                Arguments.of(
                        POST + "Content-Length: 99999999999\r\n\r\n",
                        413,
                        "at most 52428800 (rlrr.max-request-bytes)"),
                Arguments.of(POST + "Transfer-Encoding: gzip\r\n\r\n", 501, "chunked"),
                Arguments.of(CHUNKED + "zz\r\nabc\r\n", 400, "chunks"),
                Arguments.of(CHUNKED + "3\r\nabc\r\n-1\r\nabc\r\n", 400, "chunks"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faultsOfTheProtocolAreAnsweredAsAllOthersAre(String sent, int status, String detail)
            throws IOException {
        assertProblem(exchange(sent), status, detail);
    }

    private static void assertProblem(String answer, int status, String detail) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status)
                .containsIgnoringCase("Content-Type: application/problem+json")
                .contains("\"status\":" + status, "\"title\":\"", "\"detail\":\"")
                .contains(detail);
    }

    @Test
    void aBodyThatIsNotWholeInTimeIsRefused() throws IOException {
        assertProblem(
                exchange(POST + "Content-Length: 10\r\n\r\nabc"),
                408,
                "not whole within 2000 ms (rlrr.request-timeout)");
        assertProblem(exchange(CHUNKED + "3\r\nabc\r\n"), 408, "rlrr.request-timeout");
    }

    @Test
    void aHeadThatIsNotWholeInTimeIsClosed() throws IOException {
        assertThat(exchange(POST)).isEmpty();
    }

    @Test
    void anIdleConnectionIsClosed() throws IOException {
        assertThat(exchange("")).isEmpty();
    }

    @Test
    void whoBeganFirstAndIsStillSendingGivesWayToTooManyBytes() throws IOException {
        String most = POST + "Content-Length: 90000\r\n\r\n" + "a".repeat(80_000);
        try (Socket first = connect(most);
                Socket second = connect(most)) {
            String answer = new String(first.getInputStream().readAllBytes(), "UTF-8");
            assertProblem(answer, 503, "busy");
            assertThat(answer).containsIgnoringCase("Retry-After: 1");
            assertThat(second.isConnected()).isTrue();
        }
    }

    @Test
    @SuppressWarnings("try") // they are there, and no more
    void moreSlowClientsThanConnectionsKeepNobodyOut() throws IOException {
        try (SlowClients slow = new SlowClients(port, 40)) {
            for (int i = 0; i < 20; i++) {
                stillAnswers();
            }
        }
    }

    @Test
    void requestsThatComeBeforeTheLastAnswerAreAnsweredInOrder() throws IOException {
        String get = "GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n";
        StringBuilder sent = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            sent.append(get.formatted(i));
        }
        String answers = exchange(sent.toString());
        int at = 0;
        for (int i = 0; i < 20; i++) {
            at = answers.indexOf("\"instance\":\"/" + i + "\"", at);
            assertThat(at).as("answer %d", i).isPositive();
        }
    }
}
