package io.github.rlrr.examples.option;

import io.github.rlrr.torch.TorchRuntime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many threads the engine has within one operation. */
public final class ThreadsOption {

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads within one operation. Default: one for each core.")
    private @Nullable Integer threads;

    /** Tells the engine, where a number was given. */
    public void use() {
        if (threads != null) {
            TorchRuntime.setThreads(threads);
        }
    }
}
