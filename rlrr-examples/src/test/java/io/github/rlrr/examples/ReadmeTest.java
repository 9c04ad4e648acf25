package io.github.rlrr.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's program is compiled and run as it stands there. */
class ReadmeTest {

    private static final Path README = Path.of("..", "README.md");

    @TempDir private Path folder;

    private static String block(String language) throws IOException {
        Matcher matcher =
                Pattern.compile("```" + language + "\\R(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(README));
        assertThat(matcher.find()).as("a block of " + language + " in " + README).isTrue();
        return matcher.group(1);
    }

    @Test
    void theProgramCompilesTrainsAndSavesAnAdapter()
            throws IOException, ReflectiveOperationException {
        String code = block("java");
        Path source = folder.resolve("FineTunePets.java");
        Files.writeString(source, code);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled =
                    compiler.getTask(
                                    said,
                                    files,
                                    null,
                                    List.of(
                                            "-d",
                                            folder.toString(),
                                            "-proc:none",
                                            "-cp",
                                            System.getProperty("java.class.path")),
                                    null,
                                    files.getJavaFileObjects(source))
                            .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
        Path out = folder.resolve("pets-rlrr");
        String[] arguments = {
            Bundled.vit().toString(),
            DemoModel.get().images().resolve("val").toString(),
            out.toString()
        };
        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            loader.loadClass("FineTunePets")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            throw new AssertionError("the README's program failed", e.getCause());
        }
        assertThat(out.resolve("adapter_model.safetensors")).exists();
        assertThat(new File(out.toFile(), "adapter_config.json")).exists();
    }

    @Test
    void theDependencyBlockNamesThisVersion() throws IOException {
        assertThat(block("xml")).contains("<artifactId>rlrr-vit</artifactId>");
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains(
                        block("xml")
                                .lines()
                                .filter(line -> line.contains("<version>"))
                                .findFirst()
                                .orElseThrow()
                                .strip());
    }
}
