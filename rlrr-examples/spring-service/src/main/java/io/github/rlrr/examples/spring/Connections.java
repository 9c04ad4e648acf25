package io.github.rlrr.examples.spring;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The port's connections: how many there are, and how many bytes of requests they hold.
 *
 * <p>Over a bound, one gives way that the service waits for: first of those without a request the
 * one that has been idle longest, then of those whose request is still coming the one that began
 * first. Clients that are slow on purpose so displace one another, and who sends at once is not
 * touched.
 */
final class Connections {

    private final int most;
    private final long mostBytes;
    private final Set<ConnectionGuard> idle = new LinkedHashSet<>();
    private final Set<ConnectionGuard> reading = new LinkedHashSet<>();
    private int open;
    private long bytes;

    Connections(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Counts a new one, idle so far. */
    void opened(ConnectionGuard connection) {
        ConnectionGuard out = null;
        synchronized (this) {
            open++;
            idle.add(connection);
            if (open > most) {
                out = first(idle);
                if (out == connection && !reading.isEmpty()) {
                    idle.add(connection); // it has only just come
                    out = first(reading);
                }
            }
        }
        giveWay(out);
    }

    synchronized void closed(ConnectionGuard connection) {
        open--;
        leave(connection);
    }

    /** It waits for its client's next request. */
    synchronized void idles(ConnectionGuard connection) {
        leave(connection);
        idle.add(connection);
    }

    /** It has the head of a request, and waits for the rest. */
    synchronized void reads(ConnectionGuard connection) {
        leave(connection);
        reading.add(connection);
    }

    /** Its client waits for the service, or it is about to close. */
    synchronized void leave(ConnectionGuard connection) {
        idle.remove(connection);
        reading.remove(connection);
    }

    /** More of a request has come. */
    void took(long more) {
        ConnectionGuard out;
        synchronized (this) {
            bytes += more;
            out = bytes > mostBytes ? first(reading) : null;
        }
        giveWay(out);
    }

    /** A request is answered, or its connection gone. */
    synchronized void gave(long back) {
        bytes -= back;
    }

    private static @Nullable ConnectionGuard first(Set<ConnectionGuard> of) {
        Iterator<ConnectionGuard> each = of.iterator();
        if (!each.hasNext()) {
            return null;
        }
        ConnectionGuard first = each.next();
        each.remove(); // it is asked once
        return first;
    }

    private static void giveWay(@Nullable ConnectionGuard out) {
        if (out != null) {
            out.giveWay();
        }
    }
}
