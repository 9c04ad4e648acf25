package io.github.rlrr.vit.hub;

import java.io.Closeable;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response's body as it arrives, a piece at a time. Unlike the JDK's input stream, reading gives
 * up when nothing comes.
 */
final class Body implements BodySubscriber<Body>, Closeable {

    /** Holds one piece at most, since one is asked for at a time, and the end: an empty value. */
    private final BlockingQueue<Optional<List<ByteBuffer>>> arrived = new LinkedBlockingQueue<>();

    private volatile @Nullable Throwable failure;
    private @Nullable Subscription subscription;
    private boolean closed;

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        arrived.add(Optional.of(item));
    }

    @Override
    public void onError(Throwable throwable) {
        failure = throwable;
        arrived.add(Optional.empty());
    }

    @Override
    public void onComplete() {
        arrived.add(Optional.empty());
    }

    /**
     * The next piece, or null at the end.
     *
     * @param patience how long to wait for it
     * @throws ConnectionLost when nothing comes, or the connection breaks
     */
    @Nullable List<ByteBuffer> next(Duration patience)
            throws ConnectionLost, InterruptedIOException {
        Optional<List<ByteBuffer>> piece;
        try {
            piece = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while downloading");
        }
        if (piece == null) {
            throw new ConnectionLost(
                    "the connection stalled: nothing came for " + patience.toMillis() + " ms",
                    null);
        }
        if (piece.isEmpty()) {
            Throwable fault = failure;
            if (fault != null) {
                throw new ConnectionLost("the connection broke: " + fault.getMessage(), fault);
            }
            return null;
        }
        synchronized (this) {
            if (subscription != null) {
                subscription.request(1);
            }
        }
        return piece.get();
    }

    /** Leaves the rest unread; closes the connection where there is a rest. */
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
