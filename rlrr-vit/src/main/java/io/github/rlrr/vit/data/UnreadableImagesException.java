package io.github.rlrr.vit.data;

import io.github.rlrr.vit.image.ImageDecodeException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Says that files of a data set cannot be read as images: how many, and the first few with what is
 * wrong with them. All of them are among the {@linkplain #getSuppressed() suppressed} exceptions.
 */
public final class UnreadableImagesException extends IOException {

    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 3;

    UnreadableImagesException(List<ImageDecodeException> failures, int files) {
        super(message(failures, files));
        failures.forEach(this::addSuppressed);
    }

    private static String message(List<ImageDecodeException> failures, int files) {
        StringBuilder message = new StringBuilder();
        message.append(
                String.format(
                        Locale.ROOT, "%,d of %,d images cannot be read: ", failures.size(), files));
        int shown = Math.min(SHOWN, failures.size());
        for (ImageDecodeException failure : failures.subList(0, shown)) {
            message.append('[').append(failure.getMessage()).append("] ");
        }
        if (failures.size() > shown) {
            message.append(String.format(Locale.ROOT, "and %,d more ", failures.size() - shown));
        }
        return message.append(
                        "(repair or remove them, or allow some: --skip-unreadable, in Java"
                                + " LoadOptions.withMaxUnreadable)")
                .toString();
    }
}
