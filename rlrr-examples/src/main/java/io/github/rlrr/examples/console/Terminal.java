package io.github.rlrr.examples.console;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** Whether a person watches. */
public final class Terminal {

    private Terminal() {}

    /** True when input and output are a terminal: progress bars are drawn only then. */
    @SuppressWarnings("SystemConsoleNull")
    public static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From Java 22 on there is always a console, and it can be asked.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /**
     * Puts a question to the person who watches.
     *
     * @return a line, or null when there is no terminal or its input has ended
     */
    @SuppressWarnings("SystemConsoleNull")
    public static @Nullable String ask(String question) {
        Console console = System.console();
        return console == null ? null : console.readLine("%s", question);
    }
}
