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
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads COCO's JSON as several labels an image: those of the categories that are annotated in it.
 * An image without annotations has none of them.
 *
 * <p>Lists lie in the folder, in {@code annotations} below it, or in the folder of each part; their
 * own name or that folder's says the part. Of several for one part, such as captions and key
 * points, that whose name begins with {@code instances} is read. Images lie in a folder that is
 * named as the list is, but for {@code instances_}, in {@code images}, beside the list or in the
 * folder itself: where most of the first ones are. The labels are the training list's categories,
 * sorted by number.
 */
final class CocoJson {

    private static final Set<String> KEYS = Set.of("images", "annotations", "categories");
    private static final String MAIN = "instances";
    private static final int SOUGHT = 50;

    private final Path file;
    private final Map<Long, String> images = new LinkedHashMap<>();
    private final TreeMap<Long, String> categories = new TreeMap<>();
    private final Map<Long, Set<Long>> annotated = new HashMap<>();

    private CocoJson(Path file) throws IOException {
        this.file = file;
        try (JsonReader json = new JsonReader(Files.newBufferedReader(file))) {
            json.beginObject();
            while (json.hasNext()) {
                switch (json.nextName()) {
                    case "images" -> each(json, "id", "file_name", images);
                    case "categories" -> each(json, "id", "name", categories);
                    case "annotations" -> annotations(json);
                    default -> json.skipValue();
                }
            }
            json.endObject();
        } catch (MalformedJsonException
                | EOFException
                | CharacterCodingException
                | JsonParseException
                | NumberFormatException
                | IllegalStateException e) {
            throw new IOException(
                    file
                            + ": "
                            + JsonFile.reason(e)
                            + "; expected COCO's images, annotations and categories",
                    e);
        }
        if (categories.isEmpty()) {
            throw new IOException(file + ": no categories, expected some with id and name");
        }
    }

    private static void each(JsonReader json, String key, String value, Map<Long, String> all)
            throws IOException {
        json.beginArray();
        while (json.hasNext()) {
            Long id = null;
            String said = null;
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (name.equals(key)) {
                    id = json.nextLong();
                } else if (name.equals(value)) {
                    said = json.nextString();
                } else {
                    json.skipValue();
                }
            }
            json.endObject();
            if (id == null || said == null) {
                throw new JsonParseException("an entry without " + key + " or " + value);
            }
            all.put(id, ClassNames.of(said));
        }
        json.endArray();
    }

    private void annotations(JsonReader json) throws IOException {
        json.beginArray();
        while (json.hasNext()) {
            Long image = null;
            Long category = null;
            json.beginObject();
            while (json.hasNext()) {
                switch (json.nextName()) {
                    case "image_id" -> image = json.nextLong();
                    case "category_id" -> category = json.nextLong();
                    default -> json.skipValue();
                }
            }
            json.endObject();
            if (image == null || category == null) {
                throw new JsonParseException("an annotation without image_id or category_id");
            }
            annotated.computeIfAbsent(image, id -> new TreeSet<>()).add(category);
        }
        json.endArray();
    }

    static boolean matches(Path source) throws IOException {
        return !lists(source).isEmpty();
    }

    static ImageSplits splits(Path source, long seed, ListedPaths allowed, Question question)
            throws IOException {
        if (!(question.task() == null || question.isForLabels())) {
            throw new IOException(
                    source
                            + ": COCO's categories are several labels an image; for the task "
                            + question.task()
                            + " name a CSV");
        }
        if (!question.columns().isEmpty()) {
            throw new IOException(source + ": COCO's JSON has no columns " + question.columns());
        }
        Map<@Nullable Part, Path> lists = lists(source);
        Map<Part, CocoJson> read = new EnumMap<>(Part.class);
        for (Map.Entry<@Nullable Part, Path> list : lists.entrySet()) {
            Part part = list.getKey() == null || lists.size() == 1 ? Part.TRAIN : list.getKey();
            read.put(part, new CocoJson(list.getValue()));
        }
        CocoJson train = read.get(Part.TRAIN);
        if (train == null) {
            throw new IOException(
                    source + ": found " + lists.values() + "; expected a list of train beside it");
        }
        boolean isModels = !question.names().isEmpty();
        List<String> names =
                isModels
                        ? question.names()
                        : train.categories.values().stream().distinct().toList();
        ListedImages listed =
                new ListedImages(source, new LabelTargets(List.of(), names, isModels));
        Path root = root(source);
        for (Map.Entry<Part, CocoJson> each : read.entrySet()) {
            each.getValue().add(root, each.getKey(), listed);
        }
        return listed.splits(root, seed, lists.size() == 1, allowed);
    }

    /** What paths are relative to. */
    private static Path root(Path source) {
        if (Files.isDirectory(source)) {
            return source;
        }
        Path parent = Objects.requireNonNull(source.toAbsolutePath().getParent());
        boolean below = String.valueOf(parent.getFileName()).equals("annotations");
        return below ? Objects.requireNonNull(parent.getParent()) : parent;
    }

    private void add(Path root, Part part, ListedImages listed) {
        String prefix = prefix(root);
        for (Map.Entry<Long, String> image : images.entrySet()) {
            String place = file.getFileName() + ", image " + image.getKey();
            List<String> labels = new ArrayList<>();
            for (long category : annotated.getOrDefault(image.getKey(), Set.of())) {
                String name = categories.get(category);
                if (name == null) {
                    listed.faults()
                            .add(place, "category " + category + ", which is not one of the list");
                } else {
                    labels.add(name);
                }
            }
            String path = prefix.isEmpty() ? image.getValue() : prefix + "/" + image.getValue();
            listed.add(
                    part, new Row(place, path, labels.isEmpty() ? LabelTargets.NO_LABELS : labels));
        }
        for (long image : annotated.keySet()) {
            if (!images.containsKey(image)) {
                listed.faults()
                        .add(
                                file.getFileName() + ", annotations",
                                "image " + image + ", which is not one of the list");
            }
        }
    }

    /** The folder of the images, relative to the root. */
    private String prefix(Path root) {
        String base = base(file);
        List<String> folders = new ArrayList<>();
        Path own = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
        Path absolute = root.toAbsolutePath().normalize();
        if (own.startsWith(absolute)) {
            folders.add(absolute.relativize(own).toString().replace('\\', '/'));
        }
        folders.addAll(List.of(base, "images/" + base, "images", ""));
        String best = "";
        long most = 0;
        for (String folder : folders) {
            long found =
                    images.values().stream()
                            .limit(SOUGHT)
                            .filter(name -> exists(absolute.resolve(folder), name))
                            .count();
            if (found > most) {
                best = folder;
                most = found;
            }
        }
        return best;
    }

    private static boolean exists(Path folder, String name) {
        try {
            return Files.isRegularFile(folder.resolve(name));
        } catch (InvalidPathException e) {
            return false; // reported with its place later
        }
    }

    /** A list's name without its extension and what says nothing of its part. */
    private static String base(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.replaceFirst("(?i)\\.json$", "").replaceFirst("(?i)^(instances|coco)[-_.]", "");
    }

    /** The lists by part, one of no part under null; empty where there are none. */
    private static Map<@Nullable Part, Path> lists(Path source) throws IOException {
        Map<@Nullable Part, Path> lists = new HashMap<>();
        if (Files.isRegularFile(source)) {
            if (isList(source)) {
                lists.put(null, source);
            }
            return lists;
        }
        if (!Files.isDirectory(source)) {
            return lists;
        }
        List<Path> folders = new ArrayList<>(List.of(source));
        for (String name : FolderScan.folderNames(source)) {
            if (name.equals("annotations") || Parts.of(name) != null) {
                folders.add(source.resolve(name));
            }
        }
        for (Path folder : folders) {
            List<Path> files;
            try (Stream<Path> inside = Files.list(folder)) {
                files = inside.sorted().toList();
            }
            for (Path file : files) {
                if (isList(file)) {
                    Part part = Parts.of(base(file));
                    add(
                            lists,
                            part == null ? Parts.of(String.valueOf(folder.getFileName())) : part,
                            file);
                }
            }
        }
        if (lists.size() > 1 && lists.containsKey(Part.TRAIN)) {
            lists.remove(null);
        }
        return lists;
    }

    private static void add(Map<@Nullable Part, Path> lists, @Nullable Part part, Path file)
            throws IOException {
        Path before = lists.putIfAbsent(part, file);
        if (before != null && isMain(file) == isMain(before)) {
            throw new IOException(
                    "both " + before + " and " + file + " list images; expected one of them only");
        }
        if (before != null && isMain(file)) {
            lists.put(part, file);
        }
    }

    private static boolean isMain(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).startsWith(MAIN);
    }

    /** Whether the first of COCO's keys in a file has a list of objects. */
    private static boolean isList(Path file) {
        if (!String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".json")
                || !Files.isRegularFile(file)) {
            return false;
        }
        try (JsonReader json = new JsonReader(Files.newBufferedReader(file))) {
            json.beginObject();
            while (json.hasNext()) {
                if (KEYS.contains(json.nextName())) {
                    return json.peek() == JsonToken.BEGIN_ARRAY;
                }
                json.skipValue();
            }
        } catch (IOException | IllegalStateException | JsonParseException e) {
            return false; // whoever reads it says what is wrong
        }
        return false;
    }
}
