package io.github.rlrr.vit.image;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file that could not be decoded; the message is one line that names the file, what was found in
 * it and what was expected.
 */
public final class ImageDecodeException extends IOException {

    private static final long serialVersionUID = 1L;

    ImageDecodeException(String name, String found, String expected, @Nullable Throwable cause) {
        super(name + ": " + found + "; expected " + expected, cause);
    }
}
