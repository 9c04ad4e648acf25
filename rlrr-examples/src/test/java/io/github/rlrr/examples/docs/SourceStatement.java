package io.github.rlrr.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A statement of the main sources, as far as its texts go.
 *
 * @param place file and line where it ends
 * @param code what stands outside of texts and comments
 * @param text its string literals in order; … stands for code between them and for placeholders
 */
record SourceStatement(String place, String code, String text) {

    private static final String GAP = "…";

    /** Reads every statement of the three modules that has a text. */
    static List<SourceStatement> all(Path root) throws IOException {
        List<SourceStatement> all = new ArrayList<>();
        for (String module : List.of("rlrr-core", "rlrr-vit", "rlrr-examples")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    new Scanner(file, Files.readString(file), all).scan();
                }
            }
        }
        return all;
    }

    /** Goes over a file once. */
    private static final class Scanner {

        private final Path file;
        private final String source;
        private final List<SourceStatement> found;
        private final StringBuilder code = new StringBuilder();
        private final StringBuilder text = new StringBuilder();
        private boolean between;
        private int at;

        Scanner(Path file, String source, List<SourceStatement> found) {
            this.file = file;
            this.source = source;
            this.found = found;
        }

        void scan() {
            while (at < source.length()) {
                char c = source.charAt(at);
                if (source.startsWith("//", at)) {
                    at = source.indexOf('\n', at);
                } else if (source.startsWith("/*", at)) {
                    at = source.indexOf("*/", at) + 2;
                } else if (source.startsWith("\"\"\"", at)) {
                    int end = source.indexOf("\"\"\"", at + 3);
                    literal(source.substring(at + 3, end), end + 3);
                } else if (c == '"') {
                    int end = closing('"');
                    literal(source.substring(at + 1, end), end + 1);
                } else if (c == '\'') {
                    at = closing('\'') + 1;
                    between = true;
                } else {
                    other(c);
                }
            }
        }

        private int closing(char quote) {
            int end = at + 1;
            while (source.charAt(end) != quote) {
                end += source.charAt(end) == '\\' ? 2 : 1;
            }
            return end;
        }

        private void literal(String value, int next) {
            text.append(between ? GAP : "").append(value);
            between = false;
            at = next;
        }

        private void other(char c) {
            at++;
            if (c != ';' && c != '{' && c != '}') {
                code.append(c);
                between |= c != '+' && !Character.isWhitespace(c);
                return;
            }
            if (!text.isEmpty()) {
                long line = source.substring(0, at).lines().count();
                found.add(
                        new SourceStatement(
                                file.getFileName() + ":" + line,
                                code.toString(),
                                plain(text + (between ? GAP : ""))));
            }
            code.setLength(0);
            text.setLength(0);
            between = false;
        }

        /** Without escapes, and with one … for each placeholder. */
        private static String plain(String literals) {
            return literals.replace("\\\"", "\"")
                    .replace("\\n", " ")
                    .replace("{}", GAP)
                    .replaceAll("%[-,0-9.]*[a-zA-Z]", GAP)
                    .replaceAll(GAP + "+", GAP);
        }
    }
}
