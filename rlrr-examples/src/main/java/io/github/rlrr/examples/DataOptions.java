package io.github.rlrr.examples;

import io.github.rlrr.vit.data.DataLayout;
import io.github.rlrr.vit.data.ImageFolder;
import io.github.rlrr.vit.data.ImageListing;
import io.github.rlrr.vit.data.ImageSplits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which images of a data set, whatever its layout, a command works on. */
final class DataOptions {

    @Option(
            names = "--shots",
            paramLabel = "K",
            description =
                    "Train on K images of each class, drawn by the seed, after the validation and"
                            + " test images are set apart. Default: all.")
    private @Nullable Integer shots;

    /** The three parts of a data set, the training images as few as was asked for. */
    ImageSplits splits(Path data, long seed) throws IOException {
        if (shots != null && shots < 1) {
            throw new IllegalArgumentException("--shots is " + shots + ", expected at least 1");
        }
        ImageSplits all = DataLayout.of(data).splits(data, seed);
        return shots == null
                ? all
                : new ImageSplits(all.train().shots(shots, seed), all.validation(), all.test());
    }

    /**
     * What an adapter is evaluated on: of a folder of images its folder {@code test}, or else all
     * of them; of lists those for the test.
     */
    static ImageListing evaluated(Path data) throws IOException {
        DataLayout layout = DataLayout.of(data);
        if (layout == DataLayout.IMAGE_FOLDER) {
            Path test = data.resolve("test");
            return ImageFolder.scan(Files.isDirectory(test) ? test : data);
        }
        ImageListing test = layout.splits(data, 0).test();
        if (test.size() == 0) {
            throw new IOException(data + ": no image is listed for the test, expected some");
        }
        return test;
    }
}
