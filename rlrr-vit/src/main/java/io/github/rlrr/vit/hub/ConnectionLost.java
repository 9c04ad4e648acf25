package io.github.rlrr.vit.hub;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A fault of the network or of a busy server, which another attempt may not meet. */
final class ConnectionLost extends IOException {

    private static final long serialVersionUID = 1L;

    private final Duration wait;

    ConnectionLost(String message, @Nullable Throwable cause) {
        this(message, cause, Duration.ZERO);
    }

    /**
     * A fault with the server's own word on when to come again.
     *
     * @param wait the shortest pause before the next attempt
     */
    ConnectionLost(String message, @Nullable Throwable cause, Duration wait) {
        super(message, cause);
        this.wait = wait;
    }

    /** Whether the host has no address here: without a network, a second attempt is no better. */
    boolean isHostUnknown() {
        for (Throwable t = getCause(); t != null; t = t.getCause()) {
            if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    Duration waiting() {
        return wait;
    }
}
