package io.github.rlrr.examples;

import io.github.rlrr.torch.TorchRuntime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many threads the engine has within one operation. */
final class ThreadsOption {

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads within one operation. Default: one for each core.")
    private @Nullable Integer threads;

    /** Tells the engine, where a number was given. */
    void use() {
        if (threads != null) {
            TorchRuntime.setThreads(threads);
        }
    }
}
