package io.github.rlrr.vit.hub;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.tensor.ShardIndex;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of downloaded models:
 *
 * <pre>
 * timm/timm--vit_small_patch16_224.augreg_in21k/
 *   lock                          held while something is downloaded here
 *   revision-main                 the commit that main was when it was last asked for
 *   0123…cdef.json                written last: what the folder beside it holds, and checksums
 *   0123…cdef/model.safetensors   and config.json, preprocessor_config.json where there are such
 * </pre>
 */
final class HubCache {

    /** What weights are called, those that are taken first; a list names several files of them. */
    static final List<String> WEIGHTS =
            List.of(
                    "model.safetensors",
                    "model.safetensors" + ShardIndex.SUFFIX,
                    "pytorch_model.bin",
                    "pytorch_model.bin" + ShardIndex.SUFFIX,
                    "open_clip_model.safetensors",
                    "open_clip_pytorch_model.bin");

    /** A record, as its JSON has it; what is missing there is null. */
    private record Contents(
            @Nullable String name, @Nullable String endpoint, @Nullable Map<String, Entry> files) {}

    private record Entry(long bytes, @Nullable String sha256) {}

    private final Path root;

    HubCache(Path root) {
        this.root = root;
    }

    /** The folder of a repository. */
    Path repository(HubName name) {
        return root.resolve(name.source().toString()).resolve(name.owner() + "--" + name.name());
    }

    /** The folder of a commit's files. */
    Path folder(HubName pinned) {
        return repository(pinned).resolve(pinned.revision());
    }

    private Path record(HubName pinned) {
        return repository(pinned).resolve(pinned.revision() + ".json");
    }

    private Path revision(HubName name) {
        return repository(name).resolve("revision-" + name.revision());
    }

    /** The name at the commit that its revision was when it was last asked for. */
    Optional<HubName> pinned(HubName name) throws IOException {
        if (name.isPinned()) {
            return Optional.of(name);
        }
        Path file = revision(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String commit = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        return HubName.isCommit(commit) ? Optional.of(name.at(commit)) : Optional.empty();
    }

    void remember(HubName name, String commit) throws IOException {
        if (!name.isPinned()) {
            AtomicFile.write(revision(name), AtomicFile.text(commit + "\n"));
        }
    }

    /**
     * A model that is wholly here: its record is, and every file that it lists, of its size.
     *
     * @param name at a commit, or at a revision that was asked for before
     */
    Optional<HubModel> find(HubName name) throws IOException {
        Optional<HubName> pinned = pinned(name);
        if (pinned.isEmpty()) {
            return Optional.empty();
        }
        Path folder = folder(pinned.get());
        Optional<HubModel> found = Optional.empty();
        for (Map.Entry<String, Entry> entry : entries(record(pinned.get())).entrySet()) {
            String file = entry.getKey();
            Path path = folder.resolve(file);
            String sha256 = entry.getValue().sha256();
            if (sha256 == null
                    || !Files.isRegularFile(path)
                    || Files.size(path) != entry.getValue().bytes()) {
                return Optional.empty();
            }
            if (WEIGHTS.contains(file)) {
                found = Optional.of(new HubModel(pinned.get(), folder, path, sha256));
            }
        }
        return found;
    }

    /** What a record lists; nothing where it is not there or not one that this class wrote. */
    private static Map<String, Entry> entries(Path record) throws IOException {
        try {
            Contents contents = new Gson().fromJson(Files.readString(record), Contents.class);
            return contents == null || contents.files() == null ? Map.of() : contents.files();
        } catch (NoSuchFileException | CharacterCodingException | JsonParseException e) {
            return Map.of();
        }
    }

    /**
     * Notes that a commit's files are all here.
     *
     * @param sha256 the checksum of every file, by its name
     */
    void complete(HubName pinned, String endpoint, Map<String, String> sha256) throws IOException {
        Map<String, Entry> files = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : sha256.entrySet()) {
            long bytes = Files.size(folder(pinned).resolve(entry.getKey()));
            files.put(entry.getKey(), new Entry(bytes, entry.getValue()));
        }
        Contents json = new Contents(pinned.toString(), endpoint, files);
        String text = new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
        AtomicFile.write(record(pinned), AtomicFile.text(text));
    }

    /** Forgets a commit's files and the record of them. */
    void delete(HubName pinned) throws IOException {
        Files.deleteIfExists(record(pinned));
        try (Stream<Path> files = Files.list(folder(pinned))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    /** The bytes of all files here; 0 where there is no such folder. */
    long bytes() throws IOException {
        if (!Files.isDirectory(root)) {
            return 0;
        }
        long sum = 0;
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sum += Files.size(file);
            }
        }
        return sum;
    }
}
