package io.github.rlrr.examples.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** Runs {@code rlrr} in this process. */
public final class CommandLine {

    /** What a command did. */
    public record Result(int exitCode, String out, String err) {}

    private CommandLine() {}

    public static Result rlrr(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                RlrrCommand.execute(
                        RlrrCommand.commandLine()
                                .setOut(new PrintWriter(out))
                                .setErr(new PrintWriter(err)),
                        Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Result(code, out.toString(), err.toString());
    }
}
