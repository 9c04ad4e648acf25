package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The start script, in a copy of a checkout and with a Maven and a Java that write down calls. */
@DisabledOnOs(OS.WINDOWS)
class StartScriptTest {

    @TempDir private Path folder;

    private Path checkout;
    private Path programs;

    @BeforeEach
    void copy() throws IOException {
        checkout = folder.resolve("a checkout");
        for (String module : new String[] {"rlrr-core", "rlrr-examples"}) {
            Files.createDirectories(checkout.resolve(module).resolve("src/main"));
            Files.writeString(checkout.resolve(module).resolve("pom.xml"), "");
        }
        Files.writeString(checkout.resolve("pom.xml"), "");
        Path scripts = Files.createDirectories(checkout.resolve("rlrr-examples/scripts"));
        for (String name : new String[] {"rlrr", "finetune-demo", "utf8-locale"}) {
            Files.copy(Path.of("scripts", name), scripts.resolve(name));
            executable(scripts.resolve(name));
        }
        programs = Files.createDirectory(folder.resolve("programs"));
        program(
                "java",
                "if [ \"$1\" = -version ]; then echo 'openjdk version \"'${V:-17}'\"' >&2;"
                        + " else echo \"java $*\"; fi");
        program(
                "mvn",
                "echo built >> "
                        + folder.resolve("builds")
                        + "; mkdir -p '"
                        + checkout.resolve("rlrr-examples/target/lib")
                        + "'");
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void program(String name, String text) throws IOException {
        Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + text + "\n");
        executable(file);
    }

    private Process start(Map<String, String> environment, Path script, String... arguments)
            throws IOException {
        String[] command = new String[arguments.length + 2];
        command[0] = "bash";
        command[1] = script.toString();
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
        builder.environment().put("CDPATH", folder.toString());
        builder.environment().putAll(environment);
        return builder.redirectErrorStream(true).start();
    }

    private static String said(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Path script() {
        return checkout.resolve("rlrr-examples/scripts/rlrr");
    }

    private String classPath() throws IOException {
        return "-cp " + checkout.toRealPath().resolve("rlrr-examples/target/rlrr-examples.jar");
    }

    @Test
    void throughLinksItBuildsInItsCheckoutAndTouchesNothingBesideTheLink() throws IOException {
        Path beside = Files.createDirectories(folder.resolve("x/y/z"));
        Files.createSymbolicLink(beside.resolve("first"), script());
        Path link = Files.createSymbolicLink(folder.resolve("x/rlrr"), Path.of("y/z/first"));
        Path own = Files.createDirectories(folder.resolve("rlrr-examples/target/lib"));
        Files.writeString(own.resolve("precious"), "");
        assertThat(said(start(Map.of(), link, "doctor"))).contains(classPath()).contains("doctor");
        assertThat(own.resolve("precious")).exists();
    }

    @Test
    void theDemosScriptIsFoundThroughALinkToo() throws IOException {
        Path link =
                Files.createSymbolicLink(
                        folder.resolve("demo"), script().resolveSibling("finetune-demo"));
        assertThat(said(start(Map.of(), link, "--epochs"))).contains("demo --epochs");
    }

    @Test
    void aFolderThatItDidNotMakeIsKept() throws IOException {
        Path lib = Files.createDirectories(checkout.resolve("rlrr-examples/target/lib"));
        Files.writeString(lib.resolve("mine.jar"), "");
        said(start(Map.of(), script(), "doctor"));
        assertThat(lib.resolve("mine.jar")).exists();
    }

    @Test
    void twoStartsAtOnceBuildOnce() throws IOException {
        Process first = start(Map.of(), script(), "one");
        Process second = start(Map.of(), script(), "two");
        assertThat(said(first)).contains("RlrrCommand one");
        assertThat(said(second)).contains("RlrrCommand two");
        assertThat(folder.resolve("builds")).hasContent("built");
    }

    @Test
    void aJavaThatIsTooOldOrMissingIsOneLine() throws IOException {
        assertThat(said(start(Map.of("V", "11.0.2"), script())).lines())
                .containsExactly(
                        "rlrr: java is Java 11, expected 17 or newer; set JAVA_HOME to the folder"
                                + " of one");
        assertThat(said(start(Map.of("JAVA_HOME", "/nowhere"), script())).lines())
                .containsExactly(
                        "rlrr: there is no /nowhere/bin/java; install Java 17 or newer, or set"
                                + " JAVA_HOME to the folder of one");
    }
}
