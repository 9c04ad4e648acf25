package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ND4J is optional: processes of their own show what is left without it. */
class WithoutNd4jTest {

    private static final List<String> CLASS_PATH =
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).toList();

    private final DemoModel demo = DemoModel.get();

    private record Said(int code, String text) {}

    private static Said run(Predicate<String> without, String... arguments)
            throws IOException, InterruptedException {
        List<String> kept = CLASS_PATH.stream().filter(without.negate()).toList();
        assertThat(kept).hasSizeLessThan(CLASS_PATH.size());
        String classPath = String.join(File.pathSeparator, kept);
        Process process =
                JavaProcess.of(List.of(), classPath, RlrrCommand.class, (Object[]) arguments)
                        .redirectErrorStream(true)
                        .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    /** Without any of it; without the natives' module; without the natives themselves. */
    @ParameterizedTest
    @ValueSource(strings = {"nd4j|bytedeco", "nd4j-native", "(nd4j-native|openblas)-.*-.*-.*jar"})
    void spectrumSaysWhatToAdd(String missing) throws Exception {
        Predicate<String> without = Pattern.compile(missing).asPredicate();
        Said said = run(without, "spectrum", "--adapter", demo.adapter().toString());
        assertThat(said.code()).as(said.text()).isEqualTo(1);
        assertThat(said.text())
                .contains("rlrr: the singular-value view needs ND4J")
                .contains("add org.nd4j:nd4j-native:1.0.0-M2.1")
                .contains("org.bytedeco:openblas and org.bytedeco:javacpp");
    }

    @Test
    @Tag("slow")
    void allElseWorks() throws Exception {
        Predicate<String> without = Pattern.compile("nd4j|bytedeco").asPredicate();
        String image = demo.testImages("bag", 1).get(0).toString();
        Said said = run(without, "predict", "--adapter", demo.adapter().toString(), image);
        assertThat(said.code()).as(said.text()).isZero();
        assertThat(said.text()).contains("%");
        assertThat(run(without, "doctor").text())
                .contains("missing: ND4J, which the singular-value analysis alone needs");
    }

    @Test
    void theNativesOnTheClassPathAreOfOnePlatform() {
        Pattern natives =
                Pattern.compile(
                        "(?:nd4j-native|openblas|javacpp)-[^/\\\\]*?-([a-z]+-[a-z0-9_]+)\\.jar$");
        Set<String> platforms =
                CLASS_PATH.stream()
                        .map(natives::matcher)
                        .filter(Matcher::find)
                        .map(matcher -> matcher.group(1))
                        .collect(Collectors.toSet());
        assertThat(platforms).hasSize(1);
    }
}
