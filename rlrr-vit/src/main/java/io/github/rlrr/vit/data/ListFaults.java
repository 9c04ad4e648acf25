package io.github.rlrr.vit.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is wrong with the lists of a data set, gathered so that one message tells it all. */
final class ListFaults {

    private static final int SHOWN = 5;

    private final Path source;
    private final List<String> faults = new ArrayList<>();

    /** For lists of a folder, or one file. */
    ListFaults(Path source) {
        this.source = source;
    }

    /** Notes that at a place, such as {@code train800.txt:12}, something was found. */
    void add(String place, String found) {
        faults.add(place + ": " + found);
    }

    /** Throws if there are any: how many, and the first few. */
    void check() throws IOException {
        if (faults.isEmpty()) {
            return;
        }
        int shown = Math.min(SHOWN, faults.size());
        String more =
                faults.size() > shown
                        ? String.format(Locale.ROOT, "; and %,d more", faults.size() - shown)
                        : "";
        throw new IOException(
                String.format(
                        Locale.ROOT,
                        "%s: %,d bad %s in the lists of images: %s%s",
                        source,
                        faults.size(),
                        faults.size() == 1 ? "line" : "lines",
                        String.join("; ", faults.subList(0, shown)),
                        more));
    }
}
