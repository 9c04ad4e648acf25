package io.github.rlrr.vit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What this module brings to an application's class path, from Maven's resolved tree. */
class DependencyTest {

    private static List<String> runtimeDependencies() throws IOException {
        try (InputStream in =
                DependencyTest.class.getResourceAsStream("/runtime-dependencies.txt")) {
            assertThat(in).as("runtime-dependencies.txt, written by the build").isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.contains(":jar:"))
                    .toList();
        }
    }

    @Test
    void noNativeLibraryIsACompileOrRuntimeDependency() throws IOException {
        assertThat(runtimeDependencies())
                .anyMatch(line -> line.startsWith("ai.djl:api:"))
                .anyMatch(line -> line.startsWith("ai.djl.pytorch:pytorch-engine:"))
                .noneMatch(line -> line.contains("native"))
                .noneMatch(line -> line.contains("pytorch-jni"))
                .noneMatch(line -> line.contains("linux-x86_64"))
                .noneMatch(line -> line.contains("openblas"));
    }

    @Test
    void nd4jDoesNotComeAlong() throws IOException {
        assertThat(runtimeDependencies()).noneMatch(line -> line.contains("nd4j"));
    }
}
