package io.github.rlrr.examples.prediction;

import io.github.rlrr.vit.data.ImageTree;
import io.github.rlrr.vit.data.LeftOut;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The image files that a command line names, folders taken apart.
 *
 * @param files in the order of the arguments, each once
 * @param unread the images of the folders whose formats are not read
 */
public record ImageFiles(List<Path> files, LeftOut unread) {

    /**
     * Lists files.
     *
     * @param arguments files, taken whatever their name and whether they exist; or folders, whose
     *     images at any depth are sorted by their path below it; hidden ones, other files and what
     *     lies in folders of results are left out there, links followed
     * @throws IOException if a folder cannot be read, has no images, no end, or names that the
     *     locale makes unreadable
     */
    public static ImageFiles of(List<Path> arguments) throws IOException {
        Set<Path> files = new LinkedHashSet<>();
        Map<String, Integer> unread = new HashMap<>();
        for (Path argument : arguments) {
            if (Files.isDirectory(argument)) {
                ImageTree tree = ImageTree.below(argument);
                files.addAll(tree.some(argument));
                tree.leftOut()
                        .unread()
                        .forEach((format, count) -> unread.merge(format, count, Integer::sum));
            } else {
                files.add(argument);
            }
        }
        return new ImageFiles(List.copyOf(files), new LeftOut(unread, Map.of(), 0));
    }

    /** The files, after those of formats that are not read were told. */
    public List<Path> told(PrintWriter err) {
        if (unread.images() > 0) {
            err.println("rlrr: left out: " + unread.advice());
            err.flush();
        }
        return files;
    }
}
