package io.github.rlrr.examples.output;

import io.github.rlrr.io.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What {@code --json FILE} does: figures for programs there, a table for people beside it. */
public final class JsonReport {

    private JsonReport() {}

    /**
     * Refuses, before any work, a file that cannot be written.
     *
     * @param json the option's value, as for {@link #write}
     * @throws IOException when it is a folder, lies below a file or may not be written
     */
    public static void check(@Nullable String json) throws IOException {
        if (json != null && !json.equals("-")) {
            Outputs.checkFile("--json", Path.of(json));
        }
    }

    /**
     * Writes both.
     *
     * @param command whose streams are written to
     * @param json the option's value: a file, {@code -} for standard output, where the table then
     *     goes to standard error, or null for no JSON
     * @param lines JSON, one object a line
     * @param table text for people
     * @return where further words for people go
     * @throws IOException when the file cannot be written
     */
    public static PrintWriter write(
            CommandLine command, @Nullable String json, List<String> lines, String table)
            throws IOException {
        boolean toOut = "-".equals(json);
        PrintWriter people = toOut ? command.getErr() : command.getOut();
        if (toOut) {
            lines.forEach(command.getOut()::println);
            command.getOut().flush();
        } else if (json != null) {
            AtomicFile.write(Path.of(json), AtomicFile.text(String.join("\n", lines) + "\n"));
        }
        people.print(table);
        people.flush();
        return people;
    }
}
