package io.github.rlrr.examples.output;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.github.rlrr.io.AtomicFile;
import io.github.rlrr.io.WriteFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A file of one JSON object a line, which grows. What was cut off goes on after its last whole
 * line.
 *
 * @param <T> a record
 */
public final class JsonLines<T> {

    /** Writes a value on one line, keys in snake_case. */
    public static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .disableHtmlEscaping()
                    .create();

    private final Path file;
    private final List<T> values = new ArrayList<>();

    private JsonLines(Path file) {
        this.file = file;
    }

    /**
     * Opens a file, cutting off a last line that was not written to its end.
     *
     * @param file need not exist
     * @throws IOException when it cannot be read, or a line but the last is damaged
     */
    public static <T> JsonLines<T> open(Path file, Class<T> type) throws IOException {
        JsonLines<T> lines = new JsonLines<>(file);
        if (Files.exists(file)) {
            String text = Files.readString(file);
            int whole = text.lastIndexOf('\n') + 1;
            for (String line : text.substring(0, whole).lines().toList()) {
                try {
                    lines.values.add(GSON.fromJson(line, type));
                } catch (JsonParseException e) {
                    throw new IOException(
                            file
                                    + ": not a line of a search: "
                                    + line
                                    + "; delete the file to search again",
                            e);
                }
            }
            if (whole < text.length()) {
                AtomicFile.write(file, AtomicFile.text(text.substring(0, whole)));
            }
        }
        return lines;
    }

    /** What the lines say, in order. */
    public List<T> values() {
        return Collections.unmodifiableList(values);
    }

    /**
     * Adds a line.
     *
     * @throws IOException when it cannot be written
     */
    public void add(T value) throws IOException {
        byte[] line = (GSON.toJson(value) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            Files.write(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw WriteFault.of(file, line.length, e);
        }
        values.add(value);
    }
}
