package io.github.rlrr.vit.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads comma-separated values as RFC 4180 defines them, strictly: fields with commas, quotes or
 * line ends stand in double quotes, a quote within them is doubled, and nothing stands between a
 * closing quote and the next comma. Line ends are LF, CR LF or CR. Spaces belong to the field.
 */
final class CsvRecords {

    /** A record, and the line it begins on, from 1 up. */
    record Csv(int line, List<String> fields) {}

    private final Path file;
    private final String text;
    private int at;
    private int line = 1;

    private CsvRecords(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /** All records of a file; empty lines are left out. */
    static List<Csv> read(Path file) throws IOException {
        CsvRecords reader = new CsvRecords(file, TextFile.read(file));
        List<Csv> records = new ArrayList<>();
        while (reader.at < reader.text.length()) {
            int line = reader.line;
            List<String> fields = reader.next();
            if (fields.size() > 1 || !fields.get(0).isEmpty()) {
                records.add(new Csv(line, fields));
            }
        }
        return records;
    }

    private List<String> next() throws IOException {
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(at < text.length() && text.charAt(at) == '"' ? quoted() : plain());
            if (at == text.length()) {
                return fields;
            }
            char end = text.charAt(at);
            if (end == ',') {
                at++;
                continue;
            }
            if (end != '\r' && end != '\n') {
                throw fault("'" + end + "' after a closing quote, expected a comma or a line end");
            }
            skipLineEnd();
            return fields;
        }
    }

    private String plain() throws IOException {
        int from = at;
        while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
            if (text.charAt(at) == '"') {
                throw fault("a quote inside a field, expected the whole field in double quotes");
            }
            at++;
        }
        return text.substring(from, at);
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
