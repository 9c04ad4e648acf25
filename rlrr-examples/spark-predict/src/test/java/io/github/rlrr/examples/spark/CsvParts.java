package io.github.rlrr.examples.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads an output folder by RFC 4180 alone: none of Spark's code, none of its options. */
final class CsvParts {

    private CsvParts() {}

    /** The part files, in the order of their names. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .sorted()
                    .toList();
        }
    }

    /** The rows of all parts, without their headers. */
    static List<List<String>> rows(Path folder) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (Path file : files(folder)) {
            List<List<String>> part = parse(Files.readString(file));
            if (!part.get(0)
                    .equals(List.of("image", "label", "probability", "accepted", "error"))) {
                throw new AssertionError(file + " has the header " + part.get(0));
            }
            rows.addAll(part.subList(1, part.size()));
        }
        return rows;
    }

    private static List<List<String>> parse(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c != '"') {
                    field.append(c);
                } else if (text.startsWith("\"\"", i)) {
                    field.append(c);
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',') {
                row.add(take(field));
            } else if (text.startsWith("\r\n", i)) {
                row.add(take(field));
                rows.add(row);
                row = new ArrayList<>();
                i++;
            } else {
                field.append(c);
            }
        }
        if (!row.isEmpty() || field.length() > 0) {
            throw new AssertionError("the file does not end in CR LF: " + row + field);
        }
        return rows;
    }

    private static String take(StringBuilder field) {
        String text = field.toString();
        field.setLength(0);
        return text;
    }
}
