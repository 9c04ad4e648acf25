package io.github.rlrr.examples.console;

import io.github.rlrr.io.OneLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;
import picocli.CommandLine.ParameterException;

/** What a command that fails says and returns. */
public final class Fault {

    /** The exit code of a fault that the user can mend. */
    public static final int EXIT_CODE = 1;

    private Fault() {}

    /**
     * What is said of a fault, without line breaks.
     *
     * @param fault what was thrown
     * @param trace what shows the stack trace of a fault that nobody foresaw
     * @return the line
     */
    public static String oneLine(Throwable fault, String trace) {
        Throwable cause = fault.getCause();
        Throwable said = fault instanceof UncheckedIOException && cause != null ? cause : fault;
        boolean expected =
                said instanceof IOException
                        || said instanceof IllegalArgumentException
                        || said instanceof IllegalStateException
                        || said instanceof ArithmeticException
                        || said instanceof ParameterException;
        String message = said.getMessage() == null ? said.toString() : said.getMessage();
        if (said instanceof FileAlreadyExistsException || said instanceof NotDirectoryException) {
            message = message + " is a file, expected a folder";
        } else if (said instanceof AccessDeniedException) {
            message = "no permission for " + message;
        } else if (said instanceof FileSystemException) {
            message = said.getCause() == null ? "cannot use the file " + message : message;
        }
        String line = OneLine.of(message.strip().replaceAll("\\s*\\R\\s*", " "));
        return expected ? line : "unexpected " + said + "; " + trace + " shows where";
    }
}
