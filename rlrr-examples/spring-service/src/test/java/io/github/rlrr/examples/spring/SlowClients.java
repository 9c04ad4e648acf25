package io.github.rlrr.examples.spring;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Clients that promise an image and send it a byte a second, until they are closed; one that the
 * service drops comes again.
 */
final class SlowClients implements AutoCloseable {

    private static final byte[] HEAD =
            """
            POST /classify HTTP/1.1\r
            Host: localhost\r
            Content-Type: image/png\r
            Content-Length: 100000\r
            \r
            """
                    .getBytes(StandardCharsets.US_ASCII);

    private final List<Socket> sockets = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final int port;
    private final Thread sender;

    /** Connects them all, and has each send the head of its request. */
    SlowClients(int port, int clients) throws IOException {
        this.port = port;
        for (int i = 0; i < clients; i++) {
            sockets.add(connected());
        }
        sender = new Thread(this::send, "slow clients");
        sender.start();
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket("localhost", port);
        socket.getOutputStream().write(HEAD);
        return socket;
    }

    private void send() {
        try {
            while (!end.await(1, TimeUnit.SECONDS)) {
                for (int i = 0; i < sockets.size(); i++) {
                    sendByte(i);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendByte(int index) {
        try {
            sockets.get(index).getOutputStream().write(0);
        } catch (IOException dropped) {
            try {
                sockets.get(index).close();
                sockets.set(index, connected());
            } catch (IOException refused) {
                // It tries again in a second.
            }
        }
    }

    @Override
    public void close() throws IOException {
        end.countDown();
        try {
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
