package io.github.rlrr.examples.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the results of one table have in common: everything but task, protocol and seed. Results of
 * two experiments never come into one folder or one mean, since the folder's name is derived from
 * all of this.
 *
 * @param recipe such as {@code vtab}, {@code fgvc} or {@code fgvc augmented}
 * @param method the method's name
 * @param adapter the whole configuration of the method, as for seed 0
 * @param checkpoint the frozen model's name
 * @param checkpointSha256 its content
 * @param preprocessing how test images are prepared
 * @param overrides hyper-parameters set otherwise than the recipe has them, by name
 */
public record Experiment(
        String recipe,
        String method,
        String adapter,
        String checkpoint,
        String checkpointSha256,
        Map<String, String> preprocessing,
        Map<String, String> overrides) {

    /** Copies the maps in the order of their keys. */
    public Experiment {
        preprocessing = new TreeMap<>(preprocessing);
        overrides = new TreeMap<>(overrides);
    }

    /**
     * The content of a checkpoint.
     *
     * @param checkpoint a file, or a folder of files
     * @return SHA-256 in hexadecimal digits
     * @throws IOException when it cannot be read
     */
    public static String sha256(Path checkpoint) throws IOException {
        return Digest.of(checkpoint);
    }

    /**
     * The name of its folder. The checkpoint's own name does not count: files get moved.
     *
     * @return recipe, method and the beginning of a digest of the rest
     */
    public String key() {
        String identity =
                String.join(
                        "\n",
                        recipe,
                        adapter,
                        checkpointSha256,
                        preprocessing.toString(),
                        overrides.toString());
        return recipe.replace(' ', '-') + "-" + method + "-" + Digest.of(identity);
    }

    /** One line for people. */
    String title() {
        String own =
                overrides.entrySet().stream()
                        .map(entry -> ", " + entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining());
        return recipe + ": " + method + " on " + checkpoint + own + " (" + key() + ")";
    }
}
