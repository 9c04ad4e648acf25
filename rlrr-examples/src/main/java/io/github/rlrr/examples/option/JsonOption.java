package io.github.rlrr.examples.option;

import io.github.rlrr.examples.output.JsonReport;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Where figures go as JSON, beside the table. */
public final class JsonOption {

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write a JSON object for each case there, a line each; - is standard output, and"
                            + " the table then goes to standard error.")
    private @Nullable String file;

    /** Refuses, before any work, a file that cannot be written. */
    public void check() throws IOException {
        JsonReport.check(file);
    }

    /** Writes both. */
    public void write(CommandLine command, List<String> lines, String table) throws IOException {
        JsonReport.write(command, file, lines, table);
    }
}
