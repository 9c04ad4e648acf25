package io.github.rlrr.vit.image;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an image file says about how it was taken.
 *
 * @param exif a TIFF structure, with or without {@code Exif\0\0} before it; empty for none
 * @param xmp an XML document; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Metadata(byte[] exif, byte[] xmp) {

    static final Metadata NONE = new Metadata(new byte[0], new byte[0]);

    private static final Pattern IN_XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

    /**
     * The orientation, 1 to 8: that of EXIF or, where EXIF has none, the first in XMP; else 1, as
     * for a value that is no orientation. Pillow's order.
     */
    int orientation() {
        int stated = Exif.orientation(exif);
        if (stated == Exif.NOT_STATED) {
            Matcher found = IN_XMP.matcher(new String(xmp, StandardCharsets.ISO_8859_1));
            stated = found.find() ? found.group(1).charAt(0) - '0' : 1;
        }
        return stated >= 1 && stated <= 8 ? stated : 1;
    }
}
