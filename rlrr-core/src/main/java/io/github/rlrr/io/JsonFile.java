package io.github.rlrr.io;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads JSON files that may be damaged: an error names the file, and the line and column where it
 * stops being JSON.
 */
public final class JsonFile {

    /** The most bytes that are read, 16 MiB. */
    public static final int MAX_BYTES = 16 << 20;

    private static final Pattern PLACE = Pattern.compile("at line (\\d+) column (\\d+)");
    private static final Pattern ADVICE = Pattern.compile("(at )?path \\$\\S*");
    private static final char BYTE_ORDER_MARK = '\ufeff';

    private JsonFile() {}

    /**
     * Reads a file that holds one JSON object.
     *
     * @param file a file in UTF-8, with or without a byte order mark
     * @return the object
     * @throws java.nio.file.NoSuchFileException when there is no such file
     * @throws IOException in one line naming the file: when it cannot be read, has more than {@link
     *     #MAX_BYTES}, is not UTF-8, holds no JSON (with line and column, counted from 1) or no
     *     object
     */
    public static JsonObject object(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException(
                    file + " has more than " + MAX_BYTES + " bytes of JSON, expected at most that");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is no valid JSON: it is not UTF-8 text", e);
        }
        return object(file.toString(), text);
    }

    /**
     * Reads a text that holds one JSON object.
     *
     * @param name what messages call it
     * @param json the text
     * @return the object
     * @throws IOException as for {@link #object(Path)}
     */
    public static JsonObject object(String name, String json) throws IOException {
        String text =
                !json.isEmpty() && json.charAt(0) == BYTE_ORDER_MARK ? json.substring(1) : json;
        if (text.isBlank()) {
            throw new IOException(name + " is no valid JSON: it is empty; copy it again");
        }
        JsonElement value;
        try {
            value = JsonParser.parseString(text);
        } catch (JsonParseException e) {
            throw new IOException(name + " is no valid JSON: " + reason(e), e);
        }
        if (!value.isJsonObject()) {
            throw new IOException(name + " holds no JSON object, expected { … }");
        }
        return value.getAsJsonObject();
    }

    /**
     * What is wrong with a JSON text, in one line without class names of the parser.
     *
     * @param fault what a reader of Gson threw, or one of our own checks
     * @return what was found, with line and column where the parser says them
     */
    public static String reason(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null && !(root instanceof IllegalArgumentException)) {
            root = root.getCause();
        }
        String said = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
        Matcher place = PLACE.matcher(said);
        if (!place.find()) {
            return ADVICE.matcher(said).replaceAll("").strip();
        }
        String where = "at line " + place.group(1) + ", column " + place.group(2);
        if (root instanceof EOFException || said.startsWith("Unterminated string")) {
            return "it ends in the middle, " + where + "; copy or write it again";
        }
        String what = said.substring(0, place.start()).strip();
        // Advice to programmers names Gson's classes.
        return what.isEmpty() || what.contains("Json")
                ? "what stands " + where + " is not JSON"
                : where + ": " + what;
    }
}
