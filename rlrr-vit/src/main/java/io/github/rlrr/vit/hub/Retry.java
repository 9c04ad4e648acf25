package io.github.rlrr.vit.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Counts attempts and pauses between them, each pause twice the last. */
final class Retry {

    private static final int LONGEST_DOUBLING = 4;

    /** One attempt. */
    interface Attempt<T> {
        T run() throws IOException;
    }

    private final HubSettings settings;
    private final HubListener listener;
    private int failed;

    Retry(HubSettings settings, HubListener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Tries until it works, another exception comes, or the attempts are spent. A host that is not
     * known is asked for once: here nothing has begun that would be lost.
     */
    static <T> T of(HubSettings settings, HubListener listener, Attempt<T> attempt)
            throws IOException {
        Retry retry = new Retry(settings, listener);
        while (true) {
            try {
                return attempt.run();
            } catch (ConnectionLost e) {
                if (e.isHostUnknown()) {
                    throw e;
                }
                retry.after(e);
            }
        }
    }

    /** Forgets earlier failures: the last attempt brought something. */
    void reset() {
        failed = 0;
    }

    /** Pauses before the next attempt, or throws the fault where no attempt is left. */
    void after(ConnectionLost fault) throws IOException {
        failed++;
        if (failed >= settings.attempts()) {
            throw failed == 1
                    ? fault
                    : new ConnectionLost(
                            fault.getMessage() + " (tried " + failed + " times)", fault);
        }
        listener.onNote(fault.getMessage() + "; trying again");
        Duration pause =
                settings.backoff().multipliedBy(1L << Math.min(failed - 1, LONGEST_DOUBLING));
        try {
            Thread.sleep(Math.max(pause.toMillis(), fault.waiting().toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting to try again");
        }
    }
}
