package io.github.rlrr.examples.anymodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code on the page about adapting other networks is that of the programs that are tested. */
class AdaptingPageTest {

    private static final Path PAGE = Path.of("..", "docs", "adapting.md");
    private static final Path PROGRAMS =
            Path.of("src", "main", "java", "io", "github", "rlrr", "examples", "anymodel");

    /** Without indentation, which is another on the page. */
    private static String stripped(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    @Test
    void everyBlockOfJavaStandsInAProgram() throws IOException {
        List<String> programs;
        try (Stream<Path> files = Files.list(PROGRAMS)) {
            programs =
                    files.map(
                                    file -> {
                                        try {
                                            return stripped(Files.readString(file));
                                        } catch (IOException e) {
                                            throw new IllegalStateException(e);
                                        }
                                    })
                            .toList();
        }
        List<String> blocks =
                Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map((MatchResult m) -> stripped(m.group(1)))
                        .toList();
        assertThat(blocks).hasSizeGreaterThan(3);
        for (String block : blocks) {
            assertThat(programs).as(block).anyMatch(program -> program.contains(block));
        }
    }
}
