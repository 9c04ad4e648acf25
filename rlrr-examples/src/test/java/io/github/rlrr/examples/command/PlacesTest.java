package io.github.rlrr.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.app.JavaProcess;
import io.github.rlrr.examples.app.RlrrCommand;
import io.github.rlrr.examples.console.Fault;
import io.github.rlrr.examples.demo.Bundled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Places that cannot be used, each met by a process of its own. */
class PlacesTest {

    private final DemoModel demo = DemoModel.get();

    @TempDir private Path folder;

    private record Said(int code, List<String> lines) {}

    private Said run(Map<String, String> environment, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                JavaProcess.of(
                                options,
                                System.getProperty("java.class.path"),
                                RlrrCommand.class,
                                (Object[]) arguments)
                        .directory(folder.toFile());
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text.lines().toList());
    }

    private Map<String, String> belowAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        return Map.of("DJL_CACHE_DIR", file.resolve("cache").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"finetune", "bench train --model vit-ti16"})
    void anUnusableCacheOfNativesIsOneLine(String command)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        if (command.equals("finetune")) {
            arguments.addAll(
                    List.of("--checkpoint", Bundled.VIT, "--data", demo.images() + "/val"));
        }
        Said said = run(belowAFile(), List.of(), arguments.toArray(new String[0]));
        assertThat(said.code()).isNotZero();
        assertThat(said.lines())
                .filteredOn(line -> line.startsWith("rlrr: "))
                .first()
                .asString()
                .contains("libtorch cannot be loaded from " + folder.resolve("file/cache"))
                .contains(folder.resolve("file") + " is a file, expected a folder")
                .contains("set DJL_CACHE_DIR");
        assertThat(said.lines()).noneMatch(line -> line.startsWith("\tat "));
    }

    @Test
    void theDoctorSaysItBefore() throws IOException, InterruptedException {
        Map<String, String> cache = belowAFile();
        // JNA would print a stack trace of its own.
        List<String> jna = List.of("-Djna.tmpdir=" + cache.get("DJL_CACHE_DIR"));
        Said said = run(cache, jna, "doctor");
        assertThat(said.code()).isEqualTo(Fault.EXIT_CODE);
        assertThat(said.lines())
                .anyMatch(line -> line.startsWith("missing: libtorch cannot be loaded from "))
                .noneMatch(line -> line.startsWith("\tat "));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whereJavaKnowsNoHomeTheVariableIsTakenAndNoFolderIsCalledQuestionMark()
            throws IOException, InterruptedException {
        Path home = Files.createDirectory(folder.resolve("home"));
        // Natives that are there already need not be unpacked again.
        Path natives = Path.of(System.getProperty("user.home"), ".djl.ai");
        Files.createSymbolicLink(home.resolve(".djl.ai"), natives);
        Said said =
                run(
                        Map.of("HOME", home.toString(), "DJL_CACHE_DIR", "", "XDG_CACHE_HOME", ""),
                        List.of("-Duser.home=?"),
                        "doctor");
        assertThat(said.code()).as(said.toString()).isZero();
        assertThat(said.lines())
                .anyMatch(line -> line.contains("Java knows no home folder of this user id"))
                .anyMatch(line -> line.startsWith("DJL cache   " + home.resolve(".djl.ai")))
                .anyMatch(line -> line.startsWith("hub cache   " + home.resolve(".cache/rlrr")));
        assertThat(folder.toFile().list()).containsExactly("home");
    }
}
