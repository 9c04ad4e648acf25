package io.github.rlrr.vit.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads comma-separated values as RFC 4180 defines them, strictly: fields with separators, quotes
 * or line ends stand in double quotes, a quote within them is doubled, and nothing stands between a
 * closing quote and the next separator. Line ends are LF, CR LF or CR. Spaces belong to the field.
 */
final class CsvRecords {

    /** A record, and the line it begins on, from 1 up. */
    record Csv(int line, List<String> fields) {}

    private final Path file;
    private final String text;
    private final char separator;
    private int at;
    private int line = 1;

    private CsvRecords(Path file, String text, char separator) {
        this.file = file;
        this.text = text;
        this.separator = separator;
        at = ListColumns.start(text);
    }

    /** All records of a file's text; those without anything in their fields are left out. */
    static List<Csv> read(Path file, String text, char separator) throws IOException {
        CsvRecords reader = new CsvRecords(file, text, separator);
        List<Csv> records = new ArrayList<>();
        for (Csv next = reader.record(); next != null; next = reader.record()) {
            records.add(next);
        }
        return records;
    }

    /** The first of them; null if there is none. */
    static @Nullable Csv first(Path file, String text, char separator) throws IOException {
        return new CsvRecords(file, text, separator).record();
    }

    private @Nullable Csv record() throws IOException {
        while (at < text.length()) {
            int begun = line;
            List<String> fields = next();
            if (!fields.stream().allMatch(String::isBlank)) {
                return new Csv(begun, fields);
            }
        }
        return null;
    }

    private List<String> next() throws IOException {
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(at < text.length() && text.charAt(at) == '"' ? quoted() : plain());
            if (at == text.length()) {
                return fields;
            }
            char end = text.charAt(at);
            if (end == separator) {
                at++;
                continue;
            }
            if (end != '\r' && end != '\n') {
                throw fault(
                        "'" + end + "' after a closing quote, expected a separator or a line end");
            }
            skipLineEnd();
            return fields;
        }
    }

    private String plain() throws IOException {
        int from = at;
        while (at < text.length() && !ends(text.charAt(at))) {
            if (text.charAt(at) == '"') {
                throw fault("a quote inside a field, expected the whole field in double quotes");
            }
            at++;
        }
        return text.substring(from, at);
    }

    private boolean ends(char c) {
        return c == separator || c == '\r' || c == '\n';
    }

    private String quoted() throws IOException {
        int opened = line;
        StringBuilder field = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                if (!text.startsWith("\"\"", at)) {
                    at++;
                    return field.toString();
                }
                at += 2;
                field.append('"');
            } else if (c == '\r' || c == '\n') {
                int from = at;
                skipLineEnd();
                field.append(text, from, at);
            } else {
                field.append(c);
                at++;
            }
        }
        throw new IOException(
                file
                        + ":"
                        + opened
                        + ": a quote is opened and never closed, expected a second one");
    }

    private void skipLineEnd() {
        at += text.startsWith("\r\n", at) ? 2 : 1;
        line++;
    }

    private IOException fault(String found) {
        return new IOException(file + ":" + line + ": " + found);
    }
}
