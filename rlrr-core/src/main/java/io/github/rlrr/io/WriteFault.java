package io.github.rlrr.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Says which file could not be written, how large it was to be and how much room there is. */
public final class WriteFault {

    private WriteFault() {}

    /**
     * Names the file, as what the system says of a full disk does not.
     *
     * @param target the file
     * @param bytes how many bytes it was to have, as far as is known
     * @param fault what the system said
     * @return what to throw, with the fault as its cause
     */
    public static FileSystemException of(Path target, long bytes, IOException fault) {
        String said = fault.getMessage() == null ? fault.toString() : fault.getMessage();
        FileSystemException named =
                new FileSystemException(
                        target.toString(),
                        null,
                        String.format(
                                Locale.ROOT,
                                "cannot be written (%s): it needs at least %,d bytes%s; make room,"
                                        + " or write to another disk",
                                said,
                                bytes,
                                free(target)));
        named.initCause(fault);
        return named;
    }

    private static String free(Path target) {
        Path folder = target.toAbsolutePath().getParent();
        try {
            return folder == null
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            " and %,d are free there",
                            Files.getFileStore(folder).getUsableSpace());
        } catch (IOException e) {
            return ""; // the folder has gone, and that is not what is told here
        }
    }
}
