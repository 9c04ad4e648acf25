package io.github.rlrr.vit.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JVM's proxy settings hold: a host that is nowhere is reached through the proxy alone. */
class ProxyTest {

    private static final List<String> PROPERTIES =
            List.of("http.proxyHost", "http.proxyPort", "http.nonProxyHosts");

    @TempDir private Path cache;
    private final Map<String, String> before = new LinkedHashMap<>();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private HubFixture fixture;
    private ServerSocket proxy;

    @BeforeEach
    void start() throws IOException {
        PROPERTIES.forEach(name -> before.put(name, System.getProperty(name)));
        fixture = new HubFixture(cache);
        proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "proxy");
        thread.setDaemon(true);
        thread.start();
        System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", Integer.toString(proxy.getLocalPort()));
        System.setProperty("http.nonProxyHosts", "127.0.0.1");
    }

    @AfterEach
    void stop() throws IOException {
        before.forEach(
                (name, value) -> {
                    if (value == null) {
                        System.clearProperty(name);
                    } else {
                        System.setProperty(name, value);
                    }
                });
        proxy.close();
        fixture.close();
    }

    /** Takes {@code METHOD http://hub.invalid/path HTTP/1.1}, asks the fake hub, passes it on. */
    private void serve() {
        while (!proxy.isClosed()) {
            try (Socket client = proxy.accept()) {
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        client.getInputStream(), StandardCharsets.US_ASCII));
                String request = in.readLine();
                for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {}
                asked.add(request);
                URI hub = fixture.server.endpoint();
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), hub.getPort())) {
                    OutputStream out = server.getOutputStream();
                    String forwarded =
                            request.replace("http://hub.invalid", "")
                                    + "\r\nHost: hub\r\nConnection: close\r\n\r\n";
                    out.write(forwarded.getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    server.getInputStream().transferTo(client.getOutputStream());
                }
            } catch (IOException e) {
                // The test is over, or the client went away: the test's own assertions tell.
            }
        }
    }

    @Test
    void theHubIsAskedThroughTheProxyOfTheJvm() throws IOException {
        Hub hub = new Hub(fixture.settings().withEndpoint(URI.create("http://hub.invalid")));
        assertThat(hub.fetch(HubFixture.NAME, fixture).weights()).hasBinaryContent(fixture.weights);
        assertThat(asked)
                .isNotEmpty()
                .allMatch(line -> line.contains(" http://hub.invalid/someone/tiny-vit/resolve/"));
        assertThat(fixture.server.storeRequests()).as("127.0.0.1 needs no proxy").hasSize(1);
    }
}
