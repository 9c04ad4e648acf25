package io.github.rlrr.examples.recipe;

import io.github.rlrr.io.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    public Experiment {
        preprocessing = new TreeMap<>(preprocessing);
        overrides = new TreeMap<>(overrides);
    }

    /**
     * The content of a checkpoint: of a folder, its files in the order of their names.
     *
     * @param checkpoint a file, or a folder of files
     * @return SHA-256 in hexadecimal digits
     * @throws IOException when it cannot be read
     */
    public static String sha256(Path checkpoint) throws IOException {
        Hash hash = Hash.sha256();
        if (!Files.isDirectory(checkpoint)) {
            return hash.add(checkpoint).digits();
        }
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                hash.add(file.getFileName() + "\n").add(file);
            }
        }
        return hash.digits();
    }

    /** The first eight digits of SHA-256 of what a value says, enough for a folder's name. */
    static String shortHash(Object value) {
        return Hash.sha256().add(value.toString()).digits().substring(0, 8);
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
        return recipe.replace(' ', '-') + "-" + method + "-" + shortHash(identity);
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
