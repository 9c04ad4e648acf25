package io.github.rlrr.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/djl-notes.md lists every internal of DJL that we use, and tests that exist. */
class DjlNotesTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern IMPORT =
            Pattern.compile("import ai\\.djl\\.pytorch\\.\\w+\\.(\\w+);");
    private static final Pattern CALL =
            Pattern.compile("\\b((?:JniUtils|IValueUtils|IValue)\\.\\w+)\\(");

    /** The rows of tables whose last column is headed "watched by", by cells. */
    private static List<List<String>> rows() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        boolean inTable = false;
        for (String line : Files.readAllLines(ROOT.resolve("docs/djl-notes.md"))) {
            boolean header = line.endsWith("| watched by |");
            inTable = header || (inTable && line.startsWith("|"));
            if (inTable && !header && !line.startsWith("|---")) {
                rows.add(Pattern.compile(" \\| ").splitAsStream(line).toList());
            }
        }
        return rows;
    }

    private static List<String> quoted(String cell) {
        return QUOTED.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    /** Sources by the name of their class. */
    private static Map<String, String> sources(String kind) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String module : List.of("rlrr-core", "rlrr-vit", "rlrr-examples")) {
            try (Stream<Path> files =
                    Files.walk(ROOT.resolve(module).resolve("src").resolve(kind))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }

    @Test
    void everyInternalThatTheSourcesUseIsInTheTable() throws IOException {
        TreeSet<String> used = new TreeSet<>();
        for (String source : sources("main").values()) {
            IMPORT.matcher(source)
                    .results()
                    .map(found -> found.group(1))
                    .filter(type -> type.startsWith("Pt"))
                    .forEach(used::add);
            CALL.matcher(source).results().forEach(found -> used.add(found.group(1)));
        }
        assertThat(used).contains("JniUtils.loadModule", "PtNDArray");
        TreeSet<String> listed = new TreeSet<>();
        for (List<String> row : rows()) {
            quoted(row.get(0)).stream()
                    .filter(name -> name.matches("Pt\\w+|(JniUtils|IValueUtils|IValue)\\.\\w+"))
                    .forEach(listed::add);
        }
        assertThat(listed).isEqualTo(used);
    }

    @Test
    void onlyThePackageTorchUsesNativeBindings() throws IOException {
        for (Map.Entry<String, String> source : sources("main").entrySet()) {
            if (IMPORT.matcher(source.getValue()).find()) {
                assertThat(source.getValue())
                        .as(source.getKey())
                        .contains("package io.github.rlrr.torch;");
            }
        }
    }

    @Test
    void theClassesAndTestsThatAreNamedExist() throws IOException {
        Map<String, String> main = sources("main");
        Map<String, String> tests = sources("test");
        List<List<String>> rows = rows();
        assertThat(rows).hasSizeGreaterThan(15);
        for (List<String> row : rows) {
            assertThat(main).containsKeys(quoted(row.get(row.size() - 2)).toArray(String[]::new));
            for (String test : quoted(row.get(row.size() - 1))) {
                int dot = test.indexOf('.');
                assertThat(dot).as("%s: a class and a test", test).isPositive();
                assertThat(tests.getOrDefault(test.substring(0, dot), ""))
                        .as(test)
                        .contains("void " + test.substring(dot + 1) + "(");
            }
        }
    }
}
