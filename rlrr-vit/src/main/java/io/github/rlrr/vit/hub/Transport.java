package io.github.rlrr.vit.hub;

import io.github.rlrr.io.OneLine;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Sends requests to the hub and follows its redirects by hand: the first answer's headers are kept,
 * the token goes to the hub's own host alone, and encryption is never given up on the way.
 */
final class Transport {

    private static final int MOST_REDIRECTS = 10;

    /**
     * An answer that is no redirect, or, to HEAD, a redirect to another host.
     *
     * @param status the HTTP status
     * @param headers of the last answer
     * @param facts what all answers say of the file
     * @param body of the last answer
     */
    record Answer(int status, HttpHeaders headers, FileFacts facts, Body body)
            implements Closeable {

        @Override
        public void close() {
            body.close();
        }
    }

    private final HubSettings settings;
    private final HttpClient client;

    Transport(HubSettings settings) {
        this.settings = settings;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(settings.connectTimeout());
        ProxySelector proxies = ProxySelector.getDefault();
        client = proxies == null ? builder.build() : builder.proxy(proxies).build();
    }

    /** Whether a token is set that must not be sent, since the way to the endpoint is open. */
    boolean holdsTokenBack() {
        return settings.token() != null && !isPrivate(settings.endpoint());
    }

    /**
     * Asks for a file's headers; a redirect to another host is not followed.
     *
     * @param uri an address at the endpoint
     */
    Answer head(URI uri) throws IOException {
        return exchange("HEAD", uri, Map.of());
    }

    /**
     * Asks for a file; every redirect is followed.
     *
     * @param uri an address at the endpoint
     * @param headers more request headers
     */
    Answer get(URI uri, Map<String, String> headers) throws IOException {
        return exchange("GET", uri, headers);
    }

    private Answer exchange(String method, URI start, Map<String, String> extra)
            throws IOException {
        List<HttpHeaders> ofEndpoint = new ArrayList<>();
        URI uri = start;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<Body> response = send(request(method, uri, extra), uri);
            boolean own = sameOrigin(uri, settings.endpoint());
            if (own) {
                ofEndpoint.add(response.headers());
            }
            int status = response.statusCode();
            boolean brings = status == 200 || status == 206;
            boolean redirect = status >= 301 && status <= 308 && status != 304;
            URI next = redirect ? target(uri, location(response)) : uri;
            if (!redirect || (method.equals("HEAD") && !sameOrigin(next, uri))) {
                return new Answer(
                        status,
                        response.headers(),
                        FileFacts.of(ofEndpoint, brings ? response.headers() : null, own),
                        response.body());
            }
            response.body().close();
            uri = next;
        }
        throw new IOException(
                start
                        + " was redirected more than "
                        + MOST_REDIRECTS
                        + " times, the last time to "
                        + shown(uri)
                        + "; is HF_ENDPOINT right?");
    }

    private HttpRequest request(String method, URI uri, Map<String, String> extra) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .header("User-Agent", "rlrr")
                        .header("Accept-Encoding", "identity");
        extra.forEach(request::header);
        if (settings.token() != null && sameOrigin(uri, settings.endpoint()) && isPrivate(uri)) {
            request.header("Authorization", "Bearer " + settings.token());
        }
        return request.build();
    }

    /** Waits for the answer's headers; a request's own timeout may also count its body's time. */
    private HttpResponse<Body> send(HttpRequest request, URI uri) throws IOException {
        CompletableFuture<HttpResponse<Body>> answer =
                client.sendAsync(request, info -> new Body());
        try {
            return answer.get(settings.stallTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while asking " + shown(uri));
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new ConnectionLost(
                    "cannot reach "
                            + shown(uri)
                            + ": no answer for "
                            + settings.stallTimeout().toMillis()
                            + " ms",
                    e);
        } catch (ExecutionException e) {
            throw fault(e.getCause() == null ? e : e.getCause(), uri);
        }
    }

    private static IOException fault(Throwable cause, URI uri) {
        if (cause instanceof SSLException) {
            return new IOException(
                    "no safe connection to "
                            + uri.getHost()
                            + ": "
                            + cause.getMessage()
                            + "; a proxy that opens TLS needs its certificate in Java's trust"
                            + " store (javax.net.ssl.trustStore)",
                    cause);
        }
        String cannot = "cannot reach " + shown(uri) + ": ";
        ConnectionLost lost = new ConnectionLost(cannot + reason(cause), cause);
        return lost.isHostUnknown()
                ? new ConnectionLost(cannot + "no such host, or no network", cause)
                : lost;
    }

    private static String reason(Throwable fault) {
        if (fault.getMessage() != null) {
            return fault.getMessage();
        }
        return fault instanceof ConnectException
                ? "connection refused"
                : fault.getClass().getSimpleName();
    }

    private static String location(HttpResponse<?> response) {
        return response.headers().firstValue("Location").orElse("");
    }

    /** Where a redirect leads; refuses what is no address, other schemes, and the loss of TLS. */
    static URI target(URI from, String location) throws IOException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new IOException(shown(from) + " redirects to what is no address", e);
        }
        String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
        if (location.isEmpty()
                || to.getHost() == null
                || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new IOException(
                    shown(from)
                            + " redirects to \""
                            + shown(to)
                            + "\", expected an http or https address");
        }
        if (scheme.equals("http") && "https".equalsIgnoreCase(from.getScheme())) {
            throw new IOException(
                    shown(from)
                            + " redirects from https to "
                            + shown(to)
                            + ", which anyone on the way can read and change; not followed");
        }
        return to;
    }

    /** Without the query, which on a download host is a key of its own. */
    private static String shown(URI uri) {
        return OneLine.of(uri.toString().replaceFirst("[?#].*", ""));
    }

    static boolean sameOrigin(URI a, URI b) {
        return String.valueOf(a.getScheme()).equalsIgnoreCase(b.getScheme())
                && String.valueOf(a.getHost()).equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /** Encrypted, or within this machine. */
    private static boolean isPrivate(URI uri) {
        if ("https".equalsIgnoreCase(uri.getScheme())) {
            return true;
        }
        String host = String.valueOf(uri.getHost());
        try {
            return host.equalsIgnoreCase("localhost")
                    || (host.matches("[0-9.]+|\\[.*\\]")
                            && InetAddress.getByName(host).isLoopbackAddress());
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
