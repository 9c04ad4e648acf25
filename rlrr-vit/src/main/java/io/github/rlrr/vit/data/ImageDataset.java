package io.github.rlrr.vit.data;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.data.Examples;
import io.github.rlrr.task.Tasks;
import io.github.rlrr.vit.data.ImageListing.Entry;
import io.github.rlrr.vit.image.Augmentation;
import io.github.rlrr.vit.image.ImageDecoder;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.Region;
import io.github.rlrr.vit.image.RgbImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Images and what is to be answered of them, as 8-bit RGB, held in memory as far as they fit: an
 * example is (3, height, width), augmented and normalised as it is read.
 *
 * <p>Every file is decoded once when the data set is loaded. Held is what the augmentation needs: 3
 * × height × width bytes an image, 147 KiB at 224 × 224, for none and for mirroring; the resized
 * image before the cut for a {@linkplain io.github.rlrr.vit.image.RandomCrop random crop}; the
 * image at its own size for a {@linkplain io.github.rlrr.vit.image.RandomResizedCrop random resized
 * crop}. The first images of the listing that fit into {@link LoadOptions#memoryLimit} are held;
 * the others are decoded and resized whenever they are read, to the same values.
 *
 * <p>Immutable, so safe to read from several threads.
 */
public final class ImageDataset implements Examples {

    private final HeldImages images;
    private final Augmentation augmentation;

    private ImageDataset(HeldImages images, Augmentation augmentation) {
        this.images = images;
        this.augmentation = augmentation;
    }

    /**
     * Loads the images of a listing without augmentation, with {@link LoadOptions#defaults()}.
     *
     * @param listing the files, at least one
     * @param preprocessing size and normalisation
     * @return the images, in the listing's order
     * @throws UnreadableImagesException if any file is unreadable; all are tried first
     * @throws IOException if the thread is interrupted
     * @throws IllegalArgumentException if the listing is empty
     */
    public static ImageDataset load(ImageListing listing, Preprocessing preprocessing)
            throws IOException {
        return load(listing, preprocessing, LoadOptions.defaults());
    }

    /**
     * Loads the images of a listing without augmentation.
     *
     * @param listing the files, at least one
     * @param preprocessing size and normalisation
     * @param options threads, limits and progress
     * @return the images, in the listing's order
     * @throws UnreadableImagesException if more files than allowed are unreadable, or all are; all
     *     are tried first
     * @throws IOException if the thread is interrupted
     * @throws IllegalArgumentException if the listing is empty
     */
    public static ImageDataset load(
            ImageListing listing, Preprocessing preprocessing, LoadOptions options)
            throws IOException {
        return load(listing, preprocessing, Augmentation.NONE, options);
    }

    /**
     * Loads the images of a images.listing().
     *
     * @param listing the files, at least one
     * @param preprocessing size and normalisation
     * @param augmentation how examples differ from reading to reading
     * @param options threads, limits and progress
     * @return the images, in the listing's order
     * @throws UnreadableImagesException if more files than allowed are unreadable, or all are; all
     *     are tried first
     * @throws IOException if the thread is interrupted
     * @throws IllegalArgumentException if the listing is empty or the preprocessing leaves the
     *     augmentation nothing to draw
     */
    public static ImageDataset load(
            ImageListing listing,
            Preprocessing preprocessing,
            Augmentation augmentation,
            LoadOptions options)
            throws IOException {
        requireImages(listing.size());
        Region region = augmentation.region();
        HeldImages images = new ImageLoader(listing, preprocessing, region, options).load();
        return new ImageDataset(images, augmentation);
    }

    /**
     * Makes a data set of images that are in memory, without augmentation.
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
        return of(images, labels, classNames, preprocessing, Augmentation.NONE);
    }

    /**
     * Makes a data set of images that are in memory.
     *
     * @param images of any size, at least one
     * @param labels one for each image, indices into the class names
     * @param classNames the names in label order
     * @param preprocessing size and normalisation
     * @param augmentation how examples differ from reading to reading
     * @return the images, in the order given; their {@linkplain #path paths} are {@code memory/0}
     *     and so on
     * @throws IllegalArgumentException if there are no images, another number of labels, a label
     *     that is no index into the class names, or the preprocessing leaves the augmentation
     *     nothing to draw
     */
    public static ImageDataset of(
            List<RgbImage> images,
            List<Integer> labels,
            List<String> classNames,
            Preprocessing preprocessing,
            Augmentation augmentation) {
        requireImages(images.size());
        Region region = augmentation.region();
        region.check(preprocessing);
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
        HeldImages held =
                new HeldImages(
                        new ImageListing(classNames, entries, 0),
                        preprocessing,
                        region,
                        new ImageDecoder(), // of no use: all images are there
                        images.stream().map(image -> region.keep(image, preprocessing)).toList());
        return new ImageDataset(held, augmentation);
    }

    /**
     * The same images, shared, with or without random mirroring.
     *
     * @param enabled whether to mirror each example left to right with probability 1/2 as it is
     *     read
     * @return a view of this data set
     */
    public ImageDataset withFlip(boolean enabled) {
        return new ImageDataset(images, augmentation.withFlip(enabled));
    }

    /**
     * How examples differ from reading to reading.
     *
     * @return the augmentation
     */
    public Augmentation augmentation() {
        return augmentation;
    }

    /**
     * The size and normalisation of the examples.
     *
     * @return the preprocessing this data set was made with
     */
    public Preprocessing preprocessing() {
        return images.preprocessing();
    }

    /**
     * An image as it is without augmentation: resized, its centre cut out, not normalised.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @return the image, possibly shared
     * @throws UncheckedIOException if its file was readable and is not any more
     */
    public RgbImage imageAt(int index) {
        return augmentation.region().plain(images.get(index), images.preprocessing());
    }

    /**
     * The file an example was read from.
     *
     * @param index the example, 0 to {@code size() - 1}
     * @return the path as it was listed
     */
    public Path path(int index) {
        return images.listing().entries().get(index).path();
    }

    @Override
    public int size() {
        return images.listing().size();
    }

    @Override
    public Shape exampleShape() {
        return new Shape(3, preprocessing().height(), preprocessing().width());
    }

    @Override
    public String task() {
        return images.listing().task();
    }

    @Override
    public List<String> answerNames() {
        return images.listing().classNames();
    }

    @Override
    public int targetSize() {
        return task().equals(Tasks.USUAL) ? 1 : answerNames().size();
    }

    @Override
    public double[] target(int index) {
        return images.listing().entries().get(index).target().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    /**
     * {@inheritDoc}
     *
     * @throws UncheckedIOException if the image's file was readable and is not any more
     */
    @Override
    public void read(int index, SplittableRandom random, float[] target, int offset) {
        augmentation.read(images.get(index), images.preprocessing(), random, target, offset);
    }

    /** An example that is not augmented but for being mirrored, as {@link #read} writes it. */
    void readPlain(int index, boolean mirrored, float[] target, int offset) {
        preprocessing().normalise(imageAt(index), mirrored, target, offset);
    }

    private static void requireImages(int count) {
        if (count == 0) {
            throw new IllegalArgumentException("a data set of 0 images, expected at least 1");
        }
    }
}
