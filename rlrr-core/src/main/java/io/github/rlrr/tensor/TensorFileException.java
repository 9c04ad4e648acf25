package io.github.rlrr.tensor;

import io.github.rlrr.io.OneLine;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.ZipException;

/**
 * A tensor file is missing, malformed, truncated, beyond the limits, or lacks what was asked for.
 *
 * <p>The message is always one line: the file, the tensor if there is one, what was found, what was
 * expected and, where there is one, the remedy. Text that comes from the file is shortened and
 * freed of control characters.
 */
public final class TensorFileException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Reports a problem of a whole file.
     *
     * @param file the file
     * @param problem what was found and what was expected, without the file's name
     */
    public TensorFileException(Path file, String problem) {
        super(OneLine.of(file + ": " + problem));
    }

    /**
     * Reports a problem of a whole file that another exception revealed.
     *
     * @param file the file
     * @param problem what was found and what was expected, without the file's name
     * @param cause what revealed it
     */
    public TensorFileException(Path file, String problem, Throwable cause) {
        super(OneLine.of(file + ": " + problem), cause);
    }

    /**
     * Reports a problem of one tensor.
     *
     * @param file the file
     * @param tensor the tensor's name
     * @param problem what was found and what was expected, without the names
     */
    public TensorFileException(Path file, String tensor, String problem) {
        this(file, "tensor " + quote(tensor) + " " + problem);
    }

    /**
     * Reports a problem of one tensor that another exception revealed.
     *
     * @param file the file
     * @param tensor the tensor's name
     * @param problem what was found and what was expected, without the names
     * @param cause what revealed it
     */
    public TensorFileException(Path file, String tensor, String problem, Throwable cause) {
        this(file, "tensor " + quote(tensor) + " " + problem, cause);
    }

    /** Puts text from a file between quotes, shortened and freed of control characters. */
    static String quote(String text) {
        return '"' + OneLine.start(text) + '"';
    }

    /** Turns what the system says while opening or reading a file into one of these. */
    static TensorFileException of(Path file, IOException e) {
        if (e instanceof TensorFileException already) {
            return already;
        }
        if (e instanceof NoSuchFileException) {
            return new TensorFileException(file, "no such file", e);
        }
        if (e instanceof AccessDeniedException) {
            return new TensorFileException(file, "reading is not permitted", e);
        }
        if (e instanceof ZipException) {
            return new TensorFileException(
                    file,
                    "is a damaged zip archive, or one cut short ("
                            + reason(e)
                            + "), expected a whole one; copy or download it again",
                    e);
        }
        return new TensorFileException(file, "cannot be read: " + reason(e), e);
    }

    /** The first line of an exception's message, or its type where it has none. */
    static String reason(Exception e) {
        String message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e.getClass().getSimpleName();
        }
        return message.lines().findFirst().orElse(message);
    }
}
