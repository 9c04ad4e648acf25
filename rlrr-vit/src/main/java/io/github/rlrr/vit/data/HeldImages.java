package io.github.rlrr.vit.data;

import io.github.rlrr.vit.image.ImageDecodeException;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.Region;
import io.github.rlrr.vit.image.RgbImage;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The images of a listing, each as its region keeps it: the first ones from memory, the others from
 * their files, decoded and resized each time they are asked for.
 *
 * <p>Immutable and safe for several threads.
 *
 * @param listing the readable files
 * @param preprocessing size, filter and crop
 * @param region what is kept of an image
 * @param decoder what reads the others
 * @param first the first images of the listing, or all
 */
record HeldImages(
        ImageListing listing,
        Preprocessing preprocessing,
        Region region,
        ImageDecoder decoder,
        List<RgbImage> first) {

    HeldImages {
        first = List.copyOf(first);
    }

    /** What is kept of an image; a file that cannot be read any more is an unchecked error. */
    RgbImage get(int index) {
        if (index < first.size()) {
            return first.get(index);
        }
        try {
            return region.keep(decoder.decode(listing.entries().get(index).path()), preprocessing);
        } catch (ImageDecodeException e) {
            throw new UncheckedIOException(
                    "an image that was readable when the data set was loaded is not any more: "
                            + e.getMessage(),
                    e);
        }
    }
}
