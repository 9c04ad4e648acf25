package io.github.rlrr.examples.bench;

import java.util.Locale;

/** The type in which matrix products are computed. */
enum Precision {
    /** As trained and published. */
    FLOAT32;

    /** As options and figures have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
