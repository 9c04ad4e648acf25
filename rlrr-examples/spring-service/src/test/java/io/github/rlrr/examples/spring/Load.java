package io.github.rlrr.examples.spring;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks a running service from several clients at once, each as soon as it has its last answer. */
final class Load {

    private Load() {}

    /**
     * Prints how fast it was.
     *
     * @param args address of the service, clients, or clients and slow ones beside them as in
     *     {@code 64+200}, seconds, image files
     */
    @SuppressWarnings("try") // they are there, and no more
    public static void main(String[] args) throws Exception {
        String[] both = args[1].split("\\+");
        if (both.length == 2) {
            int port = URI.create(args[0]).getPort();
            try (SlowClients slow = new SlowClients(port, Integer.parseInt(both[1]))) {
                ask(args, Integer.parseInt(both[0]));
            }
        } else {
            ask(args, Integer.parseInt(both[0]));
        }
    }

    private static void ask(String[] args, int clients) throws Exception {
        long seconds = Long.parseLong(args[2]);
        List<byte[]> images = new ArrayList<>();
        for (String file : Arrays.copyOfRange(args, 3, args.length)) {
            images.add(Files.readAllBytes(Path.of(file)));
        }
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Future<List<Reply>>> running = new ArrayList<>();
        for (int c = 0; c < clients; c++) {
            int first = c;
            running.add(threads.submit(() -> ask(URI.create(args[0]), images, first, end)));
        }
        List<Reply> replies = new ArrayList<>();
        for (Future<List<Reply>> each : running) {
            replies.addAll(each.get());
        }
        threads.shutdown();
        report(clients, seconds, replies);
    }

    private record Reply(int status, double millis) {}

    private static List<Reply> ask(URI root, List<byte[]> images, int first, long end)
            throws InterruptedException {
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<Reply> replies = new ArrayList<>();
        for (int i = first; System.nanoTime() < end; i++) {
            HttpRequest request =
                    HttpRequest.newBuilder(root.resolve("/classify"))
                            .header("Content-Type", "image/png")
                            .timeout(Duration.ofSeconds(30))
                            .POST(BodyPublishers.ofByteArray(images.get(i % images.size())))
                            .build();
            long start = System.nanoTime();
            int status;
            try {
                status = http.send(request, BodyHandlers.ofString()).statusCode();
            } catch (IOException e) {
                status = 0; // no answer
            }
            replies.add(new Reply(status, (System.nanoTime() - start) / 1e6));
        }
        return replies;
    }

    private static void report(int clients, long seconds, List<Reply> replies) {
        TreeMap<Integer, Integer> statuses = new TreeMap<>();
        replies.forEach(reply -> statuses.merge(reply.status(), 1, Integer::sum));
        double[] millis = replies.stream().mapToDouble(Reply::millis).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%d clients: %.1f requests/s, p50 %.1f ms, p99 %.1f ms, statuses %s%n",
                clients,
                replies.size() / (double) seconds,
                millis[millis.length / 2],
                millis[millis.length * 99 / 100],
                statuses);
    }
}
