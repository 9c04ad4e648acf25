package io.github.rlrr.vit;

/** What a network takes and gives, before there is one with weights. */
public interface BackboneConfig {

    /** The images' channels: RGB. */
    int CHANNELS = 3;

    /**
     * The input's height.
     *
     * @return pixels
     */
    int imageHeight();

    /**
     * The input's width.
     *
     * @return pixels
     */
    int imageWidth();

    /**
     * The size of what the head sees.
     *
     * @return D of {@link Backbone#embedding}
     */
    int embeddingWidth();

    /**
     * The outputs of the head.
     *
     * @return at least 1
     */
    int classes();

    /**
     * The same network for another image size.
     *
     * @param height input height in pixels
     * @param width input width in pixels
     * @return a new configuration
     * @throws IllegalArgumentException when the network cannot take such images
     */
    BackboneConfig withImageSize(int height, int width);

    /**
     * The sizes in one line, for people.
     *
     * @return such as {@code 32x32 pixels, 10 classes}
     */
    String summary();

    /**
     * What training holds in memory.
     *
     * @return counts of float32 numbers
     */
    Footprint footprint();

    /**
     * What training holds in memory, in float32 numbers. A network is made of equal segments, which
     * can be computed again in backward; one that cannot has one segment.
     *
     * @param segments how many there are
     * @param kept what backward keeps of one segment for each image
     * @param between what leaves a segment for each image
     * @param weights the weights of one segment that adapters read
     */
    record Footprint(int segments, double kept, double between, double weights) {}
}
