package io.github.rlrr.examples.anymodel;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.data.Examples;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.vit.data.ImageDataset;
import io.github.rlrr.vit.data.ImageFolder;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import io.github.rlrr.vit.image.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The bundled images of Fashion-MNIST in two halves by class, shape (3, pixels, pixels), values
 * from −1 to 1.
 *
 * @param known 400 images of five classes, for pretraining
 * @param fresh 400 images of the five other classes, to adapt to
 * @param validation 100 images of these
 */
record Clothes(Examples known, Examples fresh, Examples validation) {

    private static final int HALF = 5;

    /**
     * Unpacks the images where that was not done before, and reads them.
     *
     * @param folder where to unpack
     * @param pixels height and width to resize to
     */
    static Clothes load(Path folder, int pixels) throws IOException {
        Bundled.unpackFashionMnist(folder);
        ImageSplits splits = ImageFolder.splits(folder, 0);
        Preprocessing preprocessing = Preprocessing.vitDefault(pixels);
        return new Clothes(
                ImageDataset.load(half(splits.train(), 0), preprocessing),
                ImageDataset.load(half(splits.train(), HALF), preprocessing),
                ImageDataset.load(half(splits.validation(), HALF), preprocessing));
    }

    /** The images of the five classes from the first on, labelled from 0. */
    private static ImageListing half(ImageListing all, int first) {
        List<ImageListing.Entry> entries =
                all.entries().stream()
                        .filter(e -> e.label() >= first && e.label() < first + HALF)
                        .map(e -> new ImageListing.Entry(e.path(), e.label() - first))
                        .toList();
        return new ImageListing(all.classNames().subList(first, first + HALF), entries, 0);
    }

    /** The shape of a batch of one. */
    Shape input() {
        return new Shape(1).addAll(fresh.exampleShape());
    }
}
