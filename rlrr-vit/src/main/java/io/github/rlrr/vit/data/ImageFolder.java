package io.github.rlrr.vit.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds images laid out as {@code <root>/<class>/<any folders>/<image>}.
 *
 * <p>Classes are sorted by folder name and files by their path below it, by UTF-16 code unit, so
 * that labels and order are the same on every system. Files and folders whose name begins with a
 * dot are ignored, and so are files that are no images by their extension, whatever its case, nor
 * by their content ({@link ImageTree}); their number is reported, and in a warning that of images
 * of formats that are not read. Symbolic links are followed.
 */
public final class ImageFolder {

    static final String EXPECTED = "expected <folder>/<class>/<images>, with two classes or more";

    private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);
    private static final String TRAIN = "train";
    private static final List<String> VALIDATION = List.of("val", "valid", "validation");
    private static final String TEST = "test";

    private ImageFolder() {}

    /**
     * Lists the images of a folder of class folders.
     *
     * @param root the folder
     * @return classes and files
     * @throws IOException if the folder is missing or unreadable, has fewer than two class folders,
     *     or a class folder without images
     */
    public static ImageListing scan(Path root) throws IOException {
        FolderScan scan = new FolderScan(root);
        checkClasses(scan);
        return report(scan, scan.label(scan.classNames()));
    }

    /**
     * Lists a data set in its three parts.
     *
     * <p>With a folder {@code train} beside {@code val} (or {@code valid}, {@code validation}) and
     * {@code test}, each laid out by class, these are the parts. Classes are those of {@code
     * train}; the others may lack some. Without a validation folder a tenth of each class is cut
     * off {@code train} for it; without a {@code test} folder the test part is empty.
     *
     * <p>Without a {@code train} folder, the classes lie in the root, and a tenth of each class is
     * cut off for validation and another tenth for testing. At least one image of each class is
     * trained on; a class's second image validates and its third tests.
     *
     * <p>What is cut off depends on the seed, the class names and the file names alone.
     *
     * @param root the folder
     * @param seed of the cut
     * @return train, validation and test
     * @throws IOException if a folder is missing, unreadable or not laid out so, if {@code val} or
     *     {@code test} has a class that {@code train} has not, or if no class has an image to spare
     *     for validation
     */
    public static ImageSplits splits(Path root, long seed) throws IOException {
        ImageSplits splits =
                holdsSplits(root)
                        ? namedSplits(root, seed)
                        : StratifiedSplit.cut(scan(root), seed, true);
        if (splits.validation().size() == 0) {
            throw new IOException(
                    root
                            + ": nothing to validate on; expected images in the validation folder,"
                            + " or a class with two images or more to take them from");
        }
        return splits;
    }

    private static ImageSplits namedSplits(Path root, long seed) throws IOException {
        ImageListing train = scan(root.resolve(TRAIN));
        ImageListing test = part(root, List.of(TEST), train);
        ImageListing validation = part(root, VALIDATION, train);
        if (!existing(root, VALIDATION).isEmpty()) {
            return new ImageSplits(train, validation, test);
        }
        ImageSplits cut = StratifiedSplit.cut(train, seed, false);
        return new ImageSplits(cut.train(), cut.validation(), test);
    }

    /** The part in the folder that has one of these names; empty if there is none. */
    private static ImageListing part(Path root, List<String> names, ImageListing train)
            throws IOException {
        List<String> present = existing(root, names);
        if (present.isEmpty()) {
            return train.with(List.of(), 0);
        }
        if (present.size() > 1) {
            throw new IOException(root + ": found " + present + "; expected one of them only");
        }
        FolderScan scan = new FolderScan(root.resolve(present.get(0)));
        Set<String> unseen = new TreeSet<>(scan.classNames());
        unseen.removeAll(train.classNames());
        if (!unseen.isEmpty()) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: found classes %s, which %s has not; expected some of %s",
                            scan.root(),
                            some(List.copyOf(unseen)),
                            root.resolve(TRAIN),
                            some(train.classNames())));
        }
        return report(scan, scan.label(train.classNames()));
    }

    /**
     * Whether {@code train} is a part of a data set rather than a class of that name: it has
     * folders in it, or all its siblings have names of parts.
     */
    private static boolean holdsSplits(Path root) throws IOException {
        List<String> parts = new ArrayList<>(VALIDATION);
        parts.add(TRAIN);
        parts.add(TEST);
        List<String> names = FolderScan.folderNames(root);
        boolean onlyParts = !names.isEmpty() && parts.containsAll(names);
        if (onlyParts && !names.contains(TRAIN)) {
            throw new IOException(
                    root + ": found " + names + "; expected a folder train beside it");
        }
        return onlyParts
                || (names.contains(TRAIN)
                        && !FolderScan.folderNames(root.resolve(TRAIN)).isEmpty());
    }

    private static List<String> existing(Path root, List<String> names) {
        return names.stream().filter(name -> Files.isDirectory(root.resolve(name))).toList();
    }

    private static void checkClasses(FolderScan scan) throws IOException {
        List<String> names = scan.classNames();
        if (names.isEmpty()) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: no class folders, %,d files; %s",
                            scan.root(),
                            scan.ignored(),
                            EXPECTED));
        }
        List<String> empty = scan.emptyClasses();
        if (!empty.isEmpty()) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: no images in class folders %s; %s; at least one in each, or the"
                                    + " folder removed",
                            scan.root(),
                            some(empty),
                            ImageTree.expected(scan.leftOut())));
        }
        if (names.size() < 2) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: one class only, %s; %s",
                            scan.root(),
                            names,
                            EXPECTED));
        }
    }

    private static ImageListing report(FolderScan scan, ImageListing listing) {
        LOG.info(
                "{}: {} images in {} classes ({} by their content, for lack of a usual extension),"
                        + " {} other files ignored",
                scan.root(),
                listing.size(),
                listing.classNames().size(),
                scan.byContent(),
                listing.ignored());
        if (scan.leftOut().images() > 0) {
            LOG.warn("{}: {}", scan.root(), scan.leftOut().advice());
        }
        return listing;
    }

    /** The first few names, and how many more there are. */
    private static String some(List<String> names) {
        int shown = Math.min(names.size(), 5);
        String more = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        return names.subList(0, shown) + more;
    }
}
