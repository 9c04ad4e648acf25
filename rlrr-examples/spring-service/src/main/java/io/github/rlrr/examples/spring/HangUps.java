package io.github.rlrr.examples.spring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Clients that went before they had their answer: each at DEBUG, and a WARN a minute for all. */
@Component
class HangUps {

    private static final Logger LOG = LoggerFactory.getLogger(HangUps.class);
    private static final long BETWEEN_NANOS = 60_000_000_000L;

    private long unsaid;
    private long saidAt = System.nanoTime() - BETWEEN_NANOS;

    synchronized void count(String path) {
        LOG.debug("a client hung up before it had its answer: {}", path);
        unsaid++;
        long now = System.nanoTime();
        if (now - saidAt >= BETWEEN_NANOS) {
            LOG.warn(
                    "clients hung up before they had their answer: {} since the last such line,"
                            + " of which there is one a minute at most",
                    unsaid);
            unsaid = 0;
            saidAt = now;
        }
    }
}
