package io.github.rlrr.vit.data;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.training.LabelledDataset;
import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Labelled images held in memory, resized, as 8-bit RGB: an example is (3, height, width), mirrored
 * at random where asked for, normalised as it is read.
 *
 * <p>It holds 3 × height × width bytes an image, 147 KiB at 224 × 224. Immutable, so safe to read
 * from several threads.
 */
public final class ImageDataset implements LabelledDataset {

    private final Preprocessing preprocessing;
    private final ImageListing listing;
    private final List<RgbImage> images;
    private final boolean flip;

    /** Takes images that have the right size already. */
    ImageDataset(
            Preprocessing preprocessing,
            ImageListing listing,
            List<RgbImage> images,
            boolean flip) {
        this.preprocessing = preprocessing;
        this.listing = listing;
        this.images = List.copyOf(images);
        this.flip = flip;
    }

    /**
     * Decodes and resizes every file of a listing once, with {@link LoadOptions#defaults()}.
     *
     * @param listing the files, at least one
     * @param preprocessing size and normalisation
     * @return the images, in the listing's order
     * @throws UnreadableImagesException if any file is unreadable; all are tried first
     * @throws IOException if the thread is interrupted
     * @throws IllegalArgumentException if the listing is empty or the images would take more than
     *     half of the heap
     */
    public static ImageDataset load(ImageListing listing, Preprocessing preprocessing)
            throws IOException {
        return load(listing, preprocessing, LoadOptions.defaults());
    }

    /**
     * Decodes and resizes every file of a listing once.
     *
     * @param listing the files, at least one
     * @param preprocessing size and normalisation
     * @param options threads, limits and progress
     * @return the images, in the listing's order
     * @throws UnreadableImagesException if more files than allowed are unreadable, or all are; all
     *     are tried first
     * @throws IOException if the thread is interrupted
     * @throws IllegalArgumentException if the listing is empty or the images would take more memory
     *     than allowed
     */
    public static ImageDataset load(
            ImageListing listing, Preprocessing preprocessing, LoadOptions options)
            throws IOException {
        requireImages(listing.size());
        return new ImageLoader(listing, preprocessing, options).load();
    }

    /**
     * Makes a data set of images that are in memory, resizing them.
     *
     * @param images of any size, at least one
     * @param labels one for each image, indices into the class names
     * @param classNames the names in label order
     * @param preprocessing size and normalisation
     * @return the images, in the order given; their {@linkplain #path paths} are {@code memory/0}
     *     and so on
     * @throws IllegalArgumentException if there are no images, another number of labels, or a label
     *     that is no index into the class names
     */
    public static ImageDataset of(
            List<RgbImage> images,
            List<Integer> labels,
            List<String> classNames,
            Preprocessing preprocessing) {
        requireImages(images.size());
        if (labels.size() != images.size()) {
            throw new IllegalArgumentException(
                    "labels: "
                            + labels.size()
                            + ", expected one for each of the "
                            + images.size()
                            + " images");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            entries.add(new Entry(Path.of("memory", Integer.toString(i)), labels.get(i)));
        }
        return new ImageDataset(
                preprocessing,
                new ImageListing(classNames, entries, 0),
                images.stream().map(preprocessing::resize).toList(),
                false);
    }

    /**
     * The same images, shared, with or without random mirroring.
     *
     * @param enabled whether to mirror each example left to right with probability 1/2 as it is
     *     read
     * @return a view of this data set
     */
    public ImageDataset withFlip(boolean enabled) {
        return new ImageDataset(preprocessing, listing, images, enabled);
    }

    /**
     * The size and normalisation of the examples.
     *
     * @return the preprocessing this data set was made with
     */
    public Preprocessing preprocessing() {
        return preprocessing;
    }

    /**
     * An image as it is held: resized, neither mirrored nor normalised.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @return the image, shared
     */
    public RgbImage imageAt(int index) {
        return images.get(index);
    }

    /**
     * The file an example was read from.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @return the path as it was listed
     */
    public Path path(int index) {
        return listing.entries().get(index).path();
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public Shape exampleShape() {
        return new Shape(3, preprocessing.height(), preprocessing.width());
    }

    @Override
    public List<String> classNames() {
        return listing.classNames();
    }

    @Override
    public int label(int index) {
        return listing.entries().get(index).label();
    }

    @Override
    public void read(int index, SplittableRandom random, float[] target, int offset) {
        boolean mirrored = flip && random.nextBoolean();
        preprocessing.normalise(images.get(index), mirrored, target, offset);
    }

    private static void requireImages(int count) {
        if (count == 0) {
            throw new IllegalArgumentException("a data set of 0 images, expected at least 1");
        }
    }
}
