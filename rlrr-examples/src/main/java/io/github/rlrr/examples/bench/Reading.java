package io.github.rlrr.examples.bench;

import java.util.Locale;

/** Which model inference is measured of. */
enum Reading {
    /** The base, its parameters read through the adapter. */
    ADAPTED,

    /** The base alone. */
    PLAIN,

    /** The plain model into which the adapter was absorbed. */
    MERGED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
