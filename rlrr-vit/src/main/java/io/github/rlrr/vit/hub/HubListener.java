package io.github.rlrr.vit.hub;

/** Told what a download does. All methods are called on the thread that asked for the download. */
public interface HubListener {

    /** Hears nothing. */
    HubListener SILENT = new HubListener() {};

    /**
     * Something a person should know: a retry, waiting for another process, a copy from the cache.
     *
     * @param line one line, without an end of line
     */
    default void onNote(String line) {}

    /**
     * Bytes of a file have arrived. The first call for a file tells where a resumed download
     * stands.
     *
     * @param file the file's name
     * @param bytes how many bytes of it are here
     * @param total how many there will be, or -1 where the server does not say
     */
    default void onProgress(String file, long bytes, long total) {}
}
