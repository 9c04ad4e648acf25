package io.github.rlrr.vit.data;

import io.github.rlrr.vit.data.ListedImages.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds images laid out as {@code <root>/<class>/<any folders>/<image>}.
 *
 * <p>Classes are sorted by folder name and files by their path below it, by UTF-16 code unit, so
 * that labels and order are the same on every system. Files and folders whose name begins with a
 * dot are ignored, and so are files that are no images by their extension, whatever its case, nor
 * by their content ({@link ImageTree}); their number is reported, and in a warning that of images
 * of formats that are not read. Symbolic links are followed. Folders that hold results ({@link
 * OutputMark}) are left out. Names of classes that differ in Unicode normalisation alone are one
 * class.
 */
public final class ImageFolder {

    static final String EXPECTED = "expected <folder>/<class>/<images>, with two classes or more";

    private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);

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
     * <p>With a folder {@code train} beside {@code val} and {@code test}, each laid out by class,
     * these are the parts; other spellings ({@code Training}, {@code valid}, {@code dev}, {@code
     * seg_test}, {@code val-images}, {@code test2017}) are as good. Classes are those of {@code
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
     * @throws IOException if a folder is missing, unreadable or not laid out so, if two folders are
     *     named after one part, or one with the same classes after none, if {@code val} or {@code
     *     test} has a class that {@code train} has not, or if no class has an image to spare for
     *     validation
     */
    public static ImageSplits splits(Path root, long seed) throws IOException {
        FolderParts parts = new FolderParts(root);
        ImageSplits splits =
                parts.arePresent()
                        ? namedSplits(parts, seed)
                        : StratifiedSplit.cut(scan(root), seed, true);
        if (splits.validation().size() == 0) {
            throw new IOException(
                    root
                            + ": nothing to validate on; expected images in the validation folder,"
                            + " or a class with two images or more to take them from");
        }
        return splits;
    }

    /**
     * Lists what an adapter is measured on: the folder {@code test} where there is one with class
     * folders, in any of its spellings, else all class folders of the root.
     *
     * @param root the folder
     * @return classes and files
     * @throws IOException as for {@link #scan}, or if there are parts but none for the test
     */
    public static ImageListing evaluated(Path root) throws IOException {
        FolderParts parts = new FolderParts(root);
        if (parts.holdFolders(Part.TEST)) {
            return scan(Objects.requireNonNull(parts.folder(Part.TEST)));
        }
        if (parts.arePresent()) {
            throw new IOException(
                    root + ": no folder test beside train; expected one, or that of a part given");
        }
        return scan(root);
    }

    private static ImageSplits namedSplits(FolderParts parts, long seed) throws IOException {
        Path trainFolder = Objects.requireNonNull(parts.folder(Part.TRAIN));
        ImageListing train = scan(trainFolder);
        parts.checkOthers(train.classNames());
        Path validationFolder = parts.folder(Part.VALIDATION);
        ImageListing test = part(parts.folder(Part.TEST), trainFolder, train, true);
        ImageListing validation = part(validationFolder, trainFolder, train, false);
        if (validationFolder != null) {
            return new ImageSplits(train, validation, test);
        }
        ImageSplits cut = StratifiedSplit.cut(train, seed, false);
        return new ImageSplits(cut.train(), cut.validation(), test);
    }

    /** The part in a folder; empty if there is none. */
    private static ImageListing part(
            @Nullable Path folder, Path trainFolder, ImageListing train, boolean test)
            throws IOException {
        if (folder == null) {
            return train.with(List.of(), 0);
        }
        FolderScan scan = new FolderScan(folder);
        if (test && scan.classNames().isEmpty()) {
            LOG.warn(
                    "{}: no class folders in it, {} files: nothing is tested on them",
                    folder,
                    scan.ignored());
        }
        Set<String> unseen = new TreeSet<>(scan.classNames());
        unseen.removeAll(train.classNames());
        if (!unseen.isEmpty()) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: found classes %s, which %s has not; expected some of %s",
                            folder,
                            some(List.copyOf(unseen)),
                            trainFolder,
                            some(train.classNames())));
        }
        checkNesting(scan);
        return report(scan, scan.label(train.classNames()));
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
        checkNesting(scan);
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

    /** Refuses parts below classes, and warns where classes look like parts of unknown names. */
    private static void checkNesting(FolderScan scan) throws IOException {
        for (Map.Entry<String, Set<String>> entry : scan.foldersByClass().entrySet()) {
            Set<Part> parts = EnumSet.noneOf(Part.class);
            for (String name : entry.getValue()) {
                Part part = Parts.of(name);
                if (part != null) {
                    parts.add(part);
                }
            }
            if (parts.size() > 1) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: the class folder %s has the parts %s in it; expected"
                                        + " train/<class>/<images>; if it is the data set, give it",
                                scan.root(),
                                entry.getKey(),
                                entry.getValue()));
            }
        }
        Set<Set<String>> inside = new HashSet<>(scan.foldersByClass().values());
        Set<String> first = inside.isEmpty() ? Set.of() : inside.iterator().next();
        if (inside.size() == 1 && scan.classNames().size() > 1 && first.size() > 1) {
            LOG.warn(
                    "{}: the classes {} have the same folders {} in them; if they are parts of the"
                            + " data set, name them {}",
                    scan.root(),
                    some(scan.classNames()),
                    some(List.copyOf(first)),
                    Parts.EXPECTED);
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
    static String some(List<String> names) {
        int shown = Math.min(names.size(), 5);
        String more = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        return names.subList(0, shown) + more;
    }
}
