package io.github.rlrr.vit.image;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A file in memory as ImageIO reads it, a little at a time and only until the time for decoding is
 * spent. A few bytes of a progressive JPEG may be many scans, each as much work as the image is
 * large: hence the small steps.
 */
final class WatchedBytes extends ImageInputStreamImpl {

    private static final int STEP = 128;

    private final byte[] bytes;
    private final DecodingTime time;
    private final int most;
    private long checkedAt = -STEP;

    /**
     * The bytes of a file.
     *
     * @param small whether reads are to give a few bytes at most
     */
    WatchedBytes(byte[] bytes, DecodingTime time, boolean small) {
        this.bytes = bytes;
        this.time = time;
        most = small ? STEP : Integer.MAX_VALUE;
    }

    @Override
    public int read() throws IOException {
        check();
        bitOffset = 0;
        return streamPos >= bytes.length ? -1 : bytes[(int) streamPos++] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        check();
        bitOffset = 0;
        if (length > 0 && streamPos >= bytes.length) {
            return -1;
        }
        int count = (int) Math.min(Math.min(length, most), bytes.length - streamPos);
        System.arraycopy(bytes, (int) streamPos, into, from, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return bytes.length;
    }

    /** Looks at the clock once in a while, since readers may ask for single bytes. */
    private void check() throws IOException {
        checkClosed();
        if (Math.abs(streamPos - checkedAt) >= STEP) {
            checkedAt = streamPos;
            if (time.isSpent()) {
                throw new IOException("decoding takes too long");
            }
        }
    }
}
