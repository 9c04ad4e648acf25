package io.github.rlrr.examples.run;

import io.github.rlrr.examples.console.Progress;
import io.github.rlrr.examples.console.Terminal;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A bar, or nothing where nobody watches. */
record Watch(@Nullable ProgressBar bar) implements AutoCloseable {

    static Watch over(String words, int images) {
        return new Watch(Terminal.isInteractive() ? Progress.bar(words, images) : null);
    }

    void step() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
