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

    private static final String TRAIN = "train.json";
    private static final String VALIDATION = "val.json";
    private static final String BOTH = "trainval.json";
    private static final String TEST = "test.json";
    private static final List<String> IMAGE_FOLDERS = List.of("images", "Images", "");

    /** Images that are looked for to find the folder they are in. */
    private static final int SOUGHT = 50;

    private FgvcJson() {}

    static boolean matches(Path root) {
        return Files.isRegularFile(root.resolve(TRAIN)) || Files.isRegularFile(root.resolve(BOTH));
    }

    static ImageSplits splits(Path root, long seed) throws IOException {
        ListedImages listed = new ListedImages(root);
        boolean cut = Files.isRegularFile(root.resolve(TRAIN));
        read(root, cut ? TRAIN : BOTH, Part.TRAIN, listed);
        if (cut && Files.exists(root.resolve(VALIDATION))) {
            read(root, VALIDATION, Part.VALIDATION, listed);
        }
        if (Files.exists(root.resolve(TEST))) {
            read(root, TEST, Part.TEST, listed);
        }
        return listed.splits(imageFolder(root, listed.rows(Part.TRAIN)), seed, false);
    }

    private static void read(Path root, String name, Part part, ListedImages listed)
            throws IOException {
        Path file = root.resolve(name);
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
