package io.github.rlrr.vit.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the markers of a JPEG file before its first scan say about its pixels, found in one walk as
 * libjpeg and Pillow find it: bytes other than 0xFF between segments are passed over, and so are
 * the fill bytes 0xFF that may stand before any marker.
 */
final class JpegMarkers {

    /** What {@link #adobe} is where no Adobe segment stands. */
    static final int NO_ADOBE = -1;

    private static final byte[] EXIF = ascii("Exif\0\0");
    private static final byte[] XMP = ascii("http://ns.adobe.com/xap/1.0/\0");
    private static final byte[] ICC = ascii("ICC_PROFILE\0");
    private static final byte[] JFIF = ascii("JFIF\0");
    private static final byte[] ADOBE = ascii("Adobe");
    private static final int START_OF_SCAN = 0xda;

    private final byte[] file;
    private final ByteArrayOutputStream exif = new ByteArrayOutputStream();
    private byte[] xmp = {};
    // Where a segment of a colour profile begins and ends, its marker included.
    private final List<int[]> profile = new ArrayList<>();
    private int[] ids = {};
    private int[] sampling = {};
    private boolean jfif;
    private int adobe = NO_ADOBE;

    private JpegMarkers(byte[] file) {
        this.file = file;
    }

    static boolean isJpeg(byte[] file) {
        return file.length >= 3 && at(file, 0) == 0xff && at(file, 1) == 0xd8;
    }

    /** Walks to the first scan, or to where the file ends or goes wrong. */
    static JpegMarkers of(byte[] file) {
        JpegMarkers markers = new JpegMarkers(file);
        markers.walk();
        return markers;
    }

    /** The components' identifiers, in the order of the frame; empty without a frame. */
    int[] ids() {
        return ids;
    }

    /** Of each component, horizontal sampling factor × 16 + vertical one. */
    int[] sampling() {
        return sampling;
    }

    boolean jfif() {
        return jfif;
    }

    /** The transform that the last Adobe segment states, or {@link #NO_ADOBE}. */
    int adobe() {
        return adobe;
    }

    Metadata metadata() {
        return new Metadata(exif.toByteArray(), xmp);
    }

    /**
     * The same file without its colour profile, because ImageIO's reader looks into it and has no
     * switch for that.
     */
    byte[] withoutProfile() {
        if (profile.isEmpty()) {
            return file;
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
        int from = 0;
        for (int[] segment : profile) {
            kept.write(file, from, segment[0] - from);
            from = segment[1];
        }
        kept.write(file, from, file.length - from);
        return kept.toByteArray();
    }

    private void walk() {
        int at = 2;
        while (at + 4 <= file.length) {
            int code = at(file, at + 1);
            if (at(file, at) != 0xff || code == 0xff) {
                at++; // not a marker yet
            } else if (code == START_OF_SCAN) {
                return;
            } else if (standsAlone(code)) {
                at += 2;
            } else {
                int end =
                        Math.min(file.length, at + 2 + (at(file, at + 2) << 8 | at(file, at + 3)));
                segment(code, at, Math.max(end, at + 4));
                at = Math.max(end, at + 4);
            }
        }
    }

    /** Whether no length follows: an escaped 0xFF, TEM, a restart, an image's start or end. */
    private static boolean standsAlone(int code) {
        return code <= 1 || (code >= 0xd0 && code <= 0xd9);
    }

    private void segment(int code, int marker, int end) {
        int from = marker + 4;
        if (isFrame(code)) {
            frame(from, end);
        } else if (code == 0xe0 && startsWith(JFIF, from, end) && end - from >= 14) {
            jfif = true;
        } else if (code == 0xee && startsWith(ADOBE, from, end) && end - from >= 12) {
            adobe = at(file, from + 11);
        } else if (code == 0xe1 && startsWith(EXIF, from, end)) {
            int name = exif.size() == 0 ? 0 : EXIF.length; // of a continuation it is left out
            exif.write(file, from + name, end - from - name);
        } else if (code == 0xe1 && startsWith(XMP, from, end)) {
            xmp = Arrays.copyOfRange(file, from + XMP.length, end);
        } else if (code == 0xe2 && startsWith(ICC, from, end)) {
            profile.add(new int[] {marker, end});
        }
    }

    private static boolean isFrame(int code) {
        return code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
    }

    /** Depth (1 byte), height (2), width (2), count (1), and of each component 3 bytes. */
    private void frame(int from, int end) {
        int count = end - from < 6 ? 0 : Math.min(at(file, from + 5), (end - from - 6) / 3);
        ids = new int[count];
        sampling = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = at(file, from + 6 + 3 * i);
            sampling[i] = at(file, from + 7 + 3 * i);
        }
    }

    private boolean startsWith(byte[] magic, int from, int end) {
        return end - from >= magic.length
                && Arrays.equals(file, from, from + magic.length, magic, 0, magic.length);
    }

    private static int at(byte[] file, int index) {
        return file[index] & 0xff;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
