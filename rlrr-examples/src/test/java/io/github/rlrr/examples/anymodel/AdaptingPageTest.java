package io.github.rlrr.examples.anymodel;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page about adapting other networks shows what the library prints. */
class AdaptingPageTest {

    private static final Path PAGE = Path.of("..", "docs", "adapting.md");

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\\R(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult m) -> stripped(m.group(1)))
                .toList();
    }

    @Test
    void treeAndReportAreThoseOfTheBertBlock() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            Block base = PlainDjl.initialized(AdaptBert.network(), manager, new Shape(1, 3, 8, 8));
            List<String> tree = Rlrr.tree(base).toString().lines().map(String::strip).toList();
            assertThat(tree).containsAll(blocks("text").get(0).lines().toList());
            try (AdaptedBlock adapted = Rlrr.adapt(base, AdaptBert.config())) {
                assertThat(blocks("text").get(1))
                        .isEqualTo(stripped(adapted.parameterReport().toString()));
            }
        }
    }

    /** Without indentation, which is another on the page. */
    private static String stripped(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }
}
