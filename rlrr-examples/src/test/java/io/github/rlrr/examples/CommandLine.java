package io.github.rlrr.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** Runs {@code rlrr} in this process. */
final class CommandLine {

    /** What a command did. */
    record Result(int exitCode, String out, String err) {}

    private CommandLine() {}

    static Result rlrr(Object... arguments) {
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
