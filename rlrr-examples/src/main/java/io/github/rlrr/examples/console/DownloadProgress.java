package io.github.rlrr.examples.console;

import io.github.rlrr.vit.hub.HubListener;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A progress bar where a person watches, else a line for every tenth of a file. */
public final class DownloadProgress implements HubListener, AutoCloseable {

    /** Smaller files are here before anyone has read their name. */
    private static final long SMALL = 1 << 20;

    private static final long KIB = 1 << 10;
    private static final int TENTHS = 10;

    private final PrintWriter out;
    private final boolean terminal;
    private @Nullable ProgressBar bar;
    private String current = "";
    private long tenth;

    public DownloadProgress(PrintWriter out) {
        this(out, Terminal.isInteractive());
    }

    public DownloadProgress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void onNote(String line) {
        close();
        out.println("hub: " + line);
        out.flush();
    }

    @Override
    public void onProgress(String file, long bytes, long total) {
        if (total >= 0 && total < SMALL) {
            return;
        }
        if (!terminal) {
            line(file, bytes, total);
            return;
        }
        if (bar == null) {
            bar = Progress.bar(file + " (KiB)", total < 0 ? -1 : total / KIB);
        }
        bar.stepTo(bytes / KIB);
        if (bytes == total) {
            close();
        }
    }

    private void line(String file, long bytes, long total) {
        long reached = total > 0 ? bytes * TENTHS / total : bytes / (SMALL * TENTHS);
        if (file.equals(current) && reached == tenth) {
            return;
        }
        current = file;
        tenth = reached;
        if (total > 0) {
            out.printf(
                    Locale.ROOT,
                    "%s: %.1f of %.1f MB (%d %%)%n",
                    file,
                    bytes / 1e6,
                    total / 1e6,
                    100 * bytes / total);
        } else {
            out.printf(Locale.ROOT, "%s: %.1f MB%n", file, bytes / 1e6);
        }
        out.flush();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
