package io.github.rlrr.vit.data;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.rlrr.io.JsonFile;
import io.github.rlrr.vit.data.ListedImages.Part;
import io.github.rlrr.vit.data.ListedImages.Row;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a data set of the FGVC benchmark: {@code train.json}, {@code val.json} and {@code
 * test.json}, each an object {@code {"<path of the image>": <class number>, …}}.
 *
 * <p>Paths are below {@code images} (CUB-200-2011, NABirds), {@code Images} (Stanford Dogs) or the
 * folder itself (Oxford Flowers, Stanford Cars): below the one where most of the first images are.
 * Without {@code val.json}, validation images are cut off the training images; without {@code
 * train.json} these are those of {@code trainval.json}.
 *
 * <p>Class numbers are mapped to labels once, over all parts. The published code maps each part by
 * itself, so that a class missing from one part shifts the labels of those after it.
 */
final class FgvcJson {

    private static final String BOTH = "trainval.json";
    private static final List<String> IMAGE_FOLDERS = List.of("images", "Images", "");

    /** Images that are looked for to find the folder they are in. */
    private static final int SOUGHT = 50;

    private FgvcJson() {}

    static boolean matches(Path root) throws IOException {
        return find(root, Part.TRAIN) != null || Files.isRegularFile(root.resolve(BOTH));
    }

    static ImageSplits splits(Path root, long seed, ListedPaths allowed) throws IOException {
        ListedImages listed = new ListedImages(root, new ClassTargets());
        Path train = find(root, Part.TRAIN);
        read(train == null ? root.resolve(BOTH) : train, Part.TRAIN, listed);
        Path validation = find(root, Part.VALIDATION);
        if (train != null && validation != null) {
            read(validation, Part.VALIDATION, listed);
        }
        Path test = find(root, Part.TEST);
        if (test != null) {
            read(test, Part.TEST, listed);
        }
        return listed.splits(imageFolder(root, listed.rows(Part.TRAIN)), seed, false, allowed);
    }

    /** The list of a part, in whatever spelling of it without other words; null if none. */
    private static @Nullable Path find(Path root, Part part) throws IOException {
        if (!Files.isDirectory(root)) {
            return null;
        }
        List<Path> found;
        try (Stream<Path> files = Files.list(root)) {
            found = files.filter(file -> isList(file, part)).sorted().toList();
        }
        if (found.size() > 1) {
            throw new IOException(
                    root
                            + ": found "
                            + found.stream().map(Path::getFileName).toList()
                            + "; expected one of them only");
        }
        return found.isEmpty() ? null : found.get(0);
    }

    private static boolean isList(Path file, Part part) {
        String name = String.valueOf(file.getFileName());
        return name.matches("(?i)[a-z]+\\.json")
                && Parts.of(name.substring(0, name.lastIndexOf('.'))) == part
                && Files.isRegularFile(file);
    }

    private static void read(Path file, Part part, ListedImages listed) throws IOException {
        String name = String.valueOf(file.getFileName());
        try (JsonReader json = new JsonReader(new StringReader(TextFile.read(file)))) {
            json.beginObject();
            while (json.hasNext()) {
                String path = json.nextName();
                String place = name + ", \"" + path + "\"";
                JsonToken token = json.peek();
                if (token != JsonToken.NUMBER && token != JsonToken.STRING) {
                    json.skipValue();
                    listed.faults().add(place, "a label of type " + token + ", expected a number");
                    continue;
                }
                String label = json.nextString();
                if (ClassNumber.matches(label)) {
                    listed.add(part, new Row(place, path, ClassNumber.canonical(label)));
                } else {
                    listed.faults()
                            .add(place, "the label '" + label + "', " + ClassNumber.EXPECTED);
                }
            }
            json.endObject();
        } catch (MalformedJsonException
                | EOFException
                | JsonParseException
                | IllegalStateException e) {
            throw new IOException(
                    file
                            + ": "
                            + JsonFile.reason(e)
                            + "; expected {\"<path>\": <class number>, ...}",
                    e);
        }
    }

    private static Path imageFolder(Path root, List<Row> rows) {
        Path best = root;
        long most = 0;
        for (String name : IMAGE_FOLDERS) {
            Path folder = root.resolve(name);
            long found = rows.stream().limit(SOUGHT).filter(row -> exists(folder, row)).count();
            if (found > most) {
                best = folder;
                most = found;
            }
        }
        return best;
    }

    private static boolean exists(Path folder, Row row) {
        try {
            return Files.isRegularFile(folder.resolve(row.path()));
        } catch (InvalidPathException e) {
            return false; // reported with its place later
        }
    }
}
