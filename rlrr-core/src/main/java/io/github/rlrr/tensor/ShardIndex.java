package io.github.rlrr.tensor;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.rlrr.io.JsonFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The list of a checkpoint that is saved in several files, as Hugging Face's libraries write it:
 * {@code model.safetensors.index.json}. Its {@code weight_map} names the file of each tensor.
 *
 * @param file the list itself
 * @param shards the name of the file that holds a tensor, by the tensor's name
 */
public record ShardIndex(Path file, Map<String, String> shards) {

    /** What the list is called, behind the name that a single file would have. */
    public static final String SUFFIX = ".index.json";

    private static final Pattern FILE_NAME = Pattern.compile("\\w[\\w.-]{0,254}");

    /**
     * Copies the map.
     *
     * @param file as the record has it
     * @param shards as the record has it
     */
    public ShardIndex {
        shards = Collections.unmodifiableMap(new LinkedHashMap<>(shards));
    }

    /**
     * Reads a list.
     *
     * @param file the JSON file
     * @return the list
     * @throws TensorFileException when it is missing or malformed, or names a file that is not in
     *     its own folder
     */
    public static ShardIndex read(Path file) throws TensorFileException {
        JsonObject json;
        try {
            json = JsonFile.object(file);
        } catch (java.nio.file.FileSystemException e) {
            throw TensorFileException.of(file, e);
        } catch (IOException e) {
            throw new TensorFileException(file, "cannot be used: " + e.getMessage(), e);
        }
        JsonElement map = json.get("weight_map");
        if (map == null || !map.isJsonObject() || map.getAsJsonObject().size() == 0) {
            throw new TensorFileException(
                    file, "has no weight_map, expected the file of each tensor by its name");
        }
        Map<String, String> shards = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : map.getAsJsonObject().entrySet()) {
            JsonElement value = entry.getValue();
            String shard =
                    value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()
                            ? value.getAsString()
                            : "";
            if (!FILE_NAME.matcher(shard).matches() || shard.endsWith(SUFFIX)) {
                throw new TensorFileException(
                        file,
                        entry.getKey(),
                        "is in %s, expected the plain name of a file in the same folder"
                                .formatted(TensorFileException.quote(value.toString())));
            }
            shards.put(entry.getKey(), shard);
        }
        return new ShardIndex(file, shards);
    }

    /**
     * The files that hold the tensors.
     *
     * @return their names, each once
     */
    public List<String> names() {
        return shards.values().stream().distinct().sorted().toList();
    }
}
