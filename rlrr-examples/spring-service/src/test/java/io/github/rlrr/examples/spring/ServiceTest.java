package io.github.rlrr.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.rlrr.vit.inference.Classification;
import io.github.rlrr.vit.inference.ImageClassifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The service over HTTP, with a real and tiny model. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "rlrr.max-bytes=1MB",
            "rlrr.max-request-bytes=4MB",
            "management.server.port=0"
        })
class ServiceTest {

    private static final int MIB = 1 << 20;
    private static final byte[] GOOD = Images.noise("png", 40, 30, 1);

    @TempDir static Path folder;

    @LocalServerPort int port;
    @LocalManagementPort int managementPort;
    private Client client;
    private Client probes;
    private ImageClassifier expected;

    @DynamicPropertySource
    static void model(DynamicPropertyRegistry registry) throws IOException {
        RandomVit.write(RandomVit.TINY, folder, 0.5);
        registry.add("rlrr.model", folder::toString);
    }

    @BeforeEach
    void open() throws IOException {
        client = new Client(port);
        probes = new Client(managementPort);
        expected = ImageClassifier.open(folder);
    }

    /** Whatever a test has sent, the next client gets an answer. */
    @AfterEach
    void stillAnswers() throws IOException {
        try {
            assertAnswers(client.image(GOOD), GOOD);
            assertThat(probes.get("/actuator/health/readiness").status()).isEqualTo(200);
        } finally {
            expected.close();
        }
    }

    private void assertAnswers(Client.Reply reply, byte[] image) throws IOException {
        assertThat(reply.status()).as("%s", reply.body()).isEqualTo(200);
        assertSame(reply.body(), expected.classify(image));
    }

    /** A batch is summed in another order than an image alone, hence not bit for bit. */
    private static void assertSame(JsonNode answer, Classification said) {
        assertThat(answer.get("label").textValue()).isEqualTo(said.label().orElse(null));
        assertThat(answer.get("accepted").booleanValue()).isEqualTo(said.accepted());
        assertThat(answer.get("classes")).hasSize(said.ranked().size());
        for (int i = 0; i < said.ranked().size(); i++) {
            JsonNode share = answer.get("classes").get(i);
            assertThat(share.get("name").textValue()).isEqualTo(said.ranked().get(i).name());
            assertThat(share.get("probability").doubleValue())
                    .isCloseTo(said.ranked().get(i).probability(), within(1e-5));
        }
    }

    @Test
    void answersAsTheClassifierDoes() throws IOException {
        List<Double> seen = new ArrayList<>();
        for (String format : List.of("png", "jpg", "gif", "bmp")) {
            for (int i = 0; i < 5; i++) {
                byte[] image = Images.noise(format, 33, 47, seen.size());
                Client.Reply reply = client.image(image);
                assertAnswers(reply, image);
                seen.add(reply.body().at("/classes/0/probability").doubleValue());
            }
        }
        assertThat(seen).as("answers differ between images").doesNotHaveDuplicates();
    }

    @Test
    void anUnsureAnswerHasNoLabel() throws IOException {
        List<Boolean> accepted = new ArrayList<>();
        for (long seed = 0; seed < 40; seed++) {
            byte[] image = Images.noise("png", 2 + (int) seed, 20, seed);
            Client.Reply reply = client.image(image);
            assertAnswers(reply, image);
            accepted.add(!reply.body().get("label").isNull());
        }
        assertThat(accepted).as("both happen").contains(true, false);
    }

    @Test
    void answersABatchInItsOrder() throws IOException {
        List<byte[]> images =
                IntStream.range(0, 16).mapToObj(i -> Images.noise("png", 20, 20, i)).toList();
        Client.Reply reply = client.files(images);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).hasSize(16);
        for (int i = 0; i < 16; i++) {
            assertSame(reply.body().get(i), expected.classify(images.get(i)));
        }
    }

    @Test
    void answersManyClientsAtOnceEachItsOwn() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int c = 0; c < 8; c++) {
                int first = 100 * c;
                done.add(
                        clients.submit(
                                () -> {
                                    for (int i = 0; i < 100; i++) {
                                        askOne(first + i);
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } finally {
            clients.shutdownNow();
        }
    }

    /** Every tenth is no image. */
    private void askOne(int seed) throws IOException {
        if (seed % 10 == 9) {
            byte[] none = new byte[seed];
            assertThat(client.image(none).status()).isEqualTo(400);
        } else {
            byte[] image = Images.noise("png", 24, 24, seed);
            assertAnswers(client.image(image), image);
        }
    }

    static List<Arguments> badImages() {
        byte[] jpeg = Images.noise("jpg", 64, 64, 1);
        byte[] text = "I am a text file.\n".getBytes(StandardCharsets.US_ASCII);
        return List.of(
                Arguments.of("one pixel", Images.noise("png", 1, 1, 1), "1x1 pixels"),
                Arguments.of("one row", Images.noise("png", 100, 1, 1), "100x1 pixels"),
                Arguments.of("a GIF bomb", Images.gifBomb(), "65535x65535 pixels"),
                Arguments.of("a PNG bomb", Images.black("png", 8000, 8000), "8000x8000 pixels"),
                Arguments.of("a text file", text, "text, starts with 'I am a text file.'"),
                Arguments.of("nothing", new byte[0], "0 bytes"),
                Arguments.of("zeros", new byte[1000], "unknown content"),
                Arguments.of("a cut JPEG", Arrays.copyOf(jpeg, jpeg.length / 2), "truncated JPEG"),
                Arguments.of("a PDF", "%PDF-1.7".getBytes(StandardCharsets.US_ASCII), "PDF"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badImages")
    void refusesWhatIsNoImageWithAReason(String what, byte[] image, String reason) {
        assertProblem(client.image(image), 400, reason);
        Client.Reply inABatch = client.files(List.of(GOOD, image, GOOD));
        assertProblem(inABatch, 400, reason);
        assertThat(inABatch.body().get("detail").textValue()).as("names it").contains("1.jpg");
    }

    private static void assertProblem(Client.Reply reply, int status, String reason) {
        assertThat(reply.status()).as("%s", reply.body()).isEqualTo(status);
        assertThat(reply.type()).isEqualTo("application/problem+json");
        assertThat(reply.body().get("status").intValue()).isEqualTo(status);
        assertThat(reply.body().get("detail").textValue()).contains(reason);
    }

    @Test
    void refusesABodyForItsLengthBeforeItComes() {
        assertProblem(client.headOnly("image/png", 100 * MIB), 413, "rlrr.max-request-bytes");
        assertProblem(client.headOnly(Client.formType(), 100 * MIB), 413, "104857600 bytes");
        assertProblem(client.headOnly("image/png", 2 * MIB), 413, "the image has 2097152 bytes");
    }

    @Test
    void refusesABodyOfUnknownLengthOnceItIsTooLong() {
        BodyPublisher chunked =
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[2 * MIB]));
        assertProblem(client.post("image/png", chunked), 413, "at most 1048576 (rlrr.max-bytes)");
        byte[] form = Client.form("file", List.of(new byte[MIB + 1]));
        BodyPublisher chunkedForm =
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(form));
        assertProblem(client.post(Client.formType(), chunkedForm), 413, "0.jpg has 1048577 bytes");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void readsNoFurtherThanTheLimit(CapturedOutput said) {
        long[] read = {0};
        InputStream endless =
                new InputStream() {
                    @Override
                    public int read() {
                        read[0]++;
                        return 0;
                    }

                    @Override
                    public int read(byte[] into, int from, int length) {
                        read[0] += length;
                        return length;
                    }
                };
        try {
            Client.Reply reply =
                    client.post("image/png", BodyPublishers.ofInputStream(() -> endless));
            assertThat(reply.status()).isEqualTo(413);
        } catch (UncheckedIOException e) {
            // The server hung up while the client was still sending.
        }
        assertThat(said).doesNotContain("IllegalReferenceCount");
        // The limit, what Tomcat swallows to be polite, and what lies in the sockets' buffers.
        assertThat(read[0]).isLessThan(64L * MIB);
    }

    @Test
    void refusesAnEmptyBatchAndOneOfTooMany() {
        assertProblem(client.files(List.of()), 400, "");
        byte[] other = Client.form("picture", List.of(GOOD));
        assertProblem(
                client.post(Client.formType(), BodyPublishers.ofByteArray(other)),
                400,
                "the batch is empty");
        assertProblem(client.files(Collections.nCopies(17, GOOD)), 413, "rlrr.max-images");
        byte[] others = Client.form("other", Collections.nCopies(33, GOOD));
        assertProblem(
                client.post(Client.formType(), BodyPublishers.ofByteArray(others)),
                413,
                "rlrr.max-parts");
    }

    @Test
    void refusesWhatIsNoForm() {
        BodyPublisher good = BodyPublishers.ofByteArray(GOOD);
        assertProblem(client.post("multipart/form-data", good), 400, "multipart form");
        assertProblem(client.post(Client.formType(), good), 400, "");
        byte[] form = Client.form("file", List.of(GOOD));
        BodyPublisher cut = BodyPublishers.ofByteArray(form, 0, form.length / 2);
        assertProblem(client.post(Client.formType(), cut), 400, "multipart form");
        assertProblem(client.post("application/json", good), 415, "");
        assertProblem(client.get("/classify"), 405, "");
        assertProblem(client.get("/elsewhere"), 404, "");
    }

    @Test
    void healthIsUp() {
        for (String group : List.of("", "/liveness", "/readiness")) {
            Client.Reply reply = probes.get("/actuator/health" + group);
            assertThat(reply.status()).as(group).isEqualTo(200);
            assertThat(reply.body().get("status").textValue()).isEqualTo("UP");
        }
    }
}
