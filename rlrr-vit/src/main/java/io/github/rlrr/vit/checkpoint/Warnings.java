package io.github.rlrr.vit.checkpoint;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/** Warns once of what is found each time that a file is described or loaded. */
final class Warnings {

    /** A service that opens other files all the time is to remember no more. */
    private static final int MOST = 1000;

    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private Warnings() {}

    /** Logs a message, unless this process has logged the same before. */
    static void once(Logger log, String message) {
        if (SAID.size() < MOST ? SAID.add(message) : !SAID.contains(message)) {
            log.warn("{}", message);
        }
    }
}
