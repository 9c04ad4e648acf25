package io.github.rlrr.examples.bench;

import io.github.rlrr.examples.JsonReport;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Where figures go as JSON, beside the table. */
final class JsonOption {

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write a JSON object for each case there, a line each; - is standard output, and"
                            + " the table then goes to standard error.")
    private @Nullable String file;

    /** Refuses, before any work, a file that cannot be written. */
    void check() throws IOException {
        JsonReport.check(file);
    }

    /** Writes both. */
    void write(CommandLine command, List<String> lines, String table) throws IOException {
        JsonReport.write(command, file, lines, table);
    }
}
