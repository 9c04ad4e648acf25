package io.github.rlrr.vit.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The mark of folders that hold results, a small file: what lies in a marked folder below a data
 * set is neither a class nor an image.
 *
 * <p>Folders of earlier versions have no mark; they are known by what lies in them: an adapter, a
 * run of {@code rlrr finetune}, a comparison or an evaluation, or a model beside its configuration.
 */
public final class OutputMark {

    /** The name of the file. */
    static final String NAME = ".rlrr-output";

    private static final String TEXT =
            "Results of rlrr. Nothing in this folder is read as a class or an image.\n";
    private static final List<List<String>> KNOWN_BY =
            List.of(
                    List.of(NAME),
                    List.of("adapter_config.json"),
                    List.of("metrics.jsonl", "config.yaml"),
                    List.of("metrics.jsonl", "curves.png"),
                    List.of("compare.json", "compare.md"),
                    List.of("results.json", "results.md"),
                    List.of("evaluation.json"),
                    List.of("serving.properties"),
                    List.of("model.safetensors", "config.json"));

    /** Folders within folders that are looked into, such as out/NAME. */
    private static final int DEPTH = 2;

    private OutputMark() {}

    /**
     * Marks a folder of results, which is made if need be.
     *
     * @param folder the folder
     * @throws IOException if it cannot be written to
     */
    public static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path mark = folder.resolve(NAME);
        if (!Files.exists(mark)) {
            Files.write(mark, TEXT.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Whether a folder holds results, or nothing but folders that do.
     *
     * @param folder the folder
     * @return true if nothing in it is to be read as an image
     * @throws IOException if it cannot be read
     */
    public static boolean isOn(Path folder) throws IOException {
        return isOn(folder, DEPTH);
    }

    private static boolean isOn(Path folder, int depth) throws IOException {
        for (List<String> names : KNOWN_BY) {
            if (names.stream().allMatch(name -> Files.isRegularFile(folder.resolve(name)))) {
                return true;
            }
        }
        if (depth == 0) {
            return false;
        }
        boolean any = false;
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                if (String.valueOf(child.getFileName()).startsWith(".")) {
                    continue;
                }
                if (!Files.isDirectory(child) || !isOn(child, depth - 1)) {
                    return false;
                }
                any = true;
            }
        }
        return any;
    }
}
