package io.github.rlrr.examples.spring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Asks the service as any HTTP client does. */
final class Client {

    private static final String BOUNDARY = "----part";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final String root;

    Client(int port) {
        this.port = port;
        root = "http://localhost:" + port;
    }

    /**
     * What came back.
     *
     * @param status of HTTP
     * @param type the content type
     * @param body as JSON
     */
    record Reply(int status, String type, JsonNode body) {}

    Reply get(String path) {
        return send(HttpRequest.newBuilder(URI.create(root + path)).GET());
    }

    Reply image(byte[] image) {
        return post("image/png", BodyPublishers.ofByteArray(image));
    }

    Reply post(String type, BodyPublisher body) {
        return send(classify(type).POST(body));
    }

    /**
     * Sends the head of a request that asks whether it may go on, and no body. By hand: Java 17's
     * client waits for ever where the answer is no.
     */
    Reply headOnly(String type, long length) {
        String head =
                """
                POST /classify HTTP/1.1\r
                Host: localhost\r
                Connection: close\r
                Expect: 100-continue\r
                Content-Type: %s\r
                Content-Length: %d\r
                \r
                """;
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(head.formatted(type, length).getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String contentType = all.replaceAll("(?is).*Content-Type: ([^\r]*).*", "$1");
            String json = all.substring(all.indexOf('{'), all.lastIndexOf('}') + 1);
            int status = Integer.parseInt(all.substring(9, 12));
            return new Reply(status, contentType, JSON.readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Reply files(List<byte[]> images) {
        return post(formType(), BodyPublishers.ofByteArray(form("file", images)));
    }

    static String formType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    /** A form with parts of one name, file names {@code 0.jpg}, {@code 1.jpg} and on. */
    static byte[] form(String name, List<byte[]> images) {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        for (int i = 0; i < images.size(); i++) {
            String head =
                    """
                    --%s\r
                    Content-Disposition: form-data; name="%s"; filename="%d.jpg"\r
                    Content-Type: image/jpeg\r
                    \r
                    """;
            form.writeBytes(head.formatted(BOUNDARY, name, i).getBytes(StandardCharsets.US_ASCII));
            form.writeBytes(images.get(i));
            form.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        form.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return form.toByteArray();
    }

    private HttpRequest.Builder classify(String type) {
        return HttpRequest.newBuilder(URI.create(root + "/classify")).header("Content-Type", type);
    }

    private Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> reply =
                    http.send(
                            request.timeout(Duration.ofSeconds(60)).build(),
                            BodyHandlers.ofString());
            String type = reply.headers().firstValue("Content-Type").orElse("");
            return new Reply(reply.statusCode(), type, JSON.readTree(reply.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
