package io.github.rlrr.vit.image;

/**
 * Counts the scans of a JPEG file without decoding any.
 *
 * <p>A progressive JPEG refines the whole image scan by scan, and a scan that changes nothing takes
 * a few dozen bytes: what decoding costs is the pixels times the scans, which no limit of bytes or
 * pixels bounds.
 */
final class JpegScans {

    private static final int MARKER = 0xff;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int FIRST_WITH_LENGTH = 0xc0;

    private JpegScans() {}

    /** The scans up to the end marker; 0 for what is no JPEG file. */
    static int count(byte[] file) {
        if (file.length < 4 || (file[0] & 0xff) != MARKER || (file[1] & 0xff) != 0xd8) {
            return 0;
        }
        int scans = 0;
        int at = 2;
        // As libjpeg does, whatever is no marker is passed over, compressed data included: there a
        // byte of 255 is followed by 0 or is a restart marker, neither of which has a length.
        while (at + 1 < file.length) {
            int code = file[at + 1] & 0xff;
            if ((file[at] & 0xff) != MARKER || code == MARKER || code < FIRST_WITH_LENGTH) {
                at++;
            } else if (code >= 0xd0 && code <= 0xd8) {
                at += 2;
            } else if (code == END_OF_IMAGE || at + 4 > file.length) {
                return scans;
            } else {
                scans += code == START_OF_SCAN ? 1 : 0;
                at += 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
            }
        }
        return scans;
    }
}
