package io.github.rlrr.vit.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A hub of two servers on this machine: one answers names, and redirects to the other, which has
 * the large files. What goes wrong is told beforehand.
 */
final class FakeHub implements AutoCloseable {

    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** A request as it came. */
    record Seen(String method, String path, String range, String ifRange, String token) {}

    /** How a body ends too early. */
    enum End {
        CUT,
        STALL
    }

    /** The next body ends after so many bytes. */
    record Fault(int bytes, End end) {}

    /** Answers in place of the hub; says whether it did. */
    interface Interception {
        boolean answered(HttpExchange exchange) throws IOException;
    }

    final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
    final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    volatile String commit = COMMIT;
    volatile String etag = "\"first\"";
    volatile String linkedSha256 = "";
    volatile long linkedSize = -1;
    volatile boolean ignoresRange;
    volatile boolean chunked;
    volatile Interception interception = exchange -> false;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpServer names;
    private final HttpServer store;

    FakeHub() throws IOException {
        names = server(this::name);
        store = server(this::content);
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private HttpServer server(Handler handler) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        seen.add(
                                new Seen(
                                        exchange.getRequestMethod(),
                                        exchange.getRequestURI().getPath(),
                                        header(exchange, "Range"),
                                        header(exchange, "If-Range"),
                                        header(exchange, "Authorization")));
                        if (!interception.answered(exchange)) {
                            handler.handle(exchange);
                        }
                    }
                });
        server.start();
        return server;
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    URI endpoint() {
        return address(names);
    }

    URI storeAddress() {
        return address(store);
    }

    /** The requests that the store of large files got. */
    List<Seen> storeRequests() {
        synchronized (seen) {
            return seen.stream().filter(s -> s.path().startsWith("/store/")).toList();
        }
    }

    static String hex(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    /** {@code /owner/name/resolve/revision/file}: small files at once, weights by a redirect. */
    private void name(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String[] parts = path.split("/", -1);
        byte[] content =
                parts.length == 6 ? files.get(parts[1] + "/" + parts[2] + "/" + parts[5]) : null;
        if (content == null) {
            status(exchange, 404);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", commit);
        if (parts[5].endsWith(".json")) {
            byte[] head =
                    ("blob " + content.length + "\0")
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            send(exchange, content, "\"" + hex("SHA-1", head, content) + "\"");
            return;
        }
        String sha256 = linkedSha256.isEmpty() ? hex("SHA-256", content) : linkedSha256;
        exchange.getResponseHeaders().set("X-Linked-ETag", "\"" + sha256 + "\"");
        exchange.getResponseHeaders()
                .set("X-Linked-Size", "" + (linkedSize < 0 ? content.length : linkedSize));
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        address(store)
                                + "/store/"
                                + parts[1]
                                + "/"
                                + parts[2]
                                + "/"
                                + parts[5]
                                + "?key=secret");
        status(exchange, 302);
    }

    private void content(HttpExchange exchange) throws IOException {
        byte[] content =
                files.get(exchange.getRequestURI().getPath().substring("/store/".length()));
        if (content == null) {
            status(exchange, 404);
            return;
        }
        send(exchange, content, etag);
    }

    private void send(HttpExchange exchange, byte[] content, String tag) throws IOException {
        exchange.getResponseHeaders().set("ETag", tag);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + content.length);
            status(exchange, 200);
            return;
        }
        String range = header(exchange, "Range");
        String ifRange = header(exchange, "If-Range");
        int from = 0;
        int status = 200;
        if (!ignoresRange && !range.isEmpty() && (ifRange.isEmpty() || ifRange.equals(tag))) {
            from = Integer.parseInt(range.replaceAll("\\D", ""));
            status = 206;
            if (from >= content.length) {
                status(exchange, 416);
                return;
            }
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        int length = content.length - from;
        exchange.sendResponseHeaders(status, chunked ? 0 : length);
        Fault fault = exchange.getRequestURI().getPath().endsWith(".json") ? null : faults.poll();
        OutputStream out = exchange.getResponseBody();
        if (fault == null) {
            out.write(content, from, length);
            out.close();
            return;
        }
        out.write(content, from, Math.min(length, fault.bytes()));
        out.flush();
        if (fault.end() == End.STALL) {
            stall();
        }
    }

    /** Does nothing until the hub is closed. */
    void stall() {
        try {
            closing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        names.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
