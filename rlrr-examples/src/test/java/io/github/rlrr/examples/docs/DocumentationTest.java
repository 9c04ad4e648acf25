package io.github.rlrr.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Every code block of the pages does what the page says, as far as the block can be tried here. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..");

    /** Between the two versions of a native's, such as 2.7.1-0.36.0. */
    private static final Pattern BEFORE_DIGIT = Pattern.compile("-(?=[0-9])");

    private static DocStage stage;

    @BeforeAll
    static void open(@TempDir Path folder) throws IOException {
        stage = new DocStage(folder);
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    /** The pages, README first, each block of a page in its order. */
    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        pages.add(ROOT.resolve("README.md"));
        pages.add(ROOT.resolve(".github/CONTRIBUTING.md"));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        for (String project : List.of("spark-predict", "spring-service")) {
            pages.add(ROOT.resolve("rlrr-examples").resolve(project).resolve("README.md"));
        }
        return pages;
    }

    @TestFactory
    Stream<DynamicTest> everyLinkLeadsSomewhere() throws IOException {
        return pages().stream()
                .map(
                        page ->
                                DynamicTest.dynamicTest(
                                        page.normalize().toString(),
                                        () -> assertThat(DocLinks.broken(page)).isEmpty()));
    }

    @Test
    void aLinkToNoFileOrNoHeadingIsFound(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("other.md"), "# Heads, ε and `x`\n");
        Path page =
                Files.writeString(
                        folder.resolve("page.md"),
                        """
                        # Page
                        [a](other.md#heads-ε-and-x) [b](#page) [c](https://example.org)
                        [d](other.md#tails) [e](none.md) [f](#none)
                        """);
        assertThat(DocLinks.broken(page)).containsExactly("other.md#tails", "none.md", "#none");
    }

    @TestFactory
    @Tag("slow")
    Stream<DynamicContainer> everyBlockDoesWhatItsPageSays() throws IOException {
        return pages().stream().map(DocumentationTest::page);
    }

    private static DynamicContainer page(Path page) {
        try {
            return DynamicContainer.dynamicContainer(
                    page.normalize().toString(),
                    DocBlock.of(page).stream()
                            .map(
                                    block ->
                                            DynamicTest.dynamicTest(
                                                    block + " " + block.language(),
                                                    () -> tryOut(block))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void tryOut(DocBlock block) throws Exception {
        DocBlock.Treatment treatment = block.treatment();
        if (block.notes().containsKey("file")) {
            Files.writeString(stage.folder().resolve(block.notes().get("file")), block.code());
        }
        if (block.notes().containsKey("from")) {
            DocJava.assertExcerpt(block, ROOT.resolve(block.notes().get("from")));
            return;
        }
        if (treatment == DocBlock.Treatment.NONE) {
            return;
        }
        switch (block.language()) {
            case "java" -> java(block, treatment);
            case "shell", "console" -> shell(block, treatment);
            case "json" -> assertThat(JsonParser.parseString(block.code()).isJsonNull()).isFalse();
            case "yaml" ->
                    assertThat(
                                    new Load(LoadSettings.builder().build())
                                            .loadFromString(block.code()))
                            .isInstanceOf(Map.class);
            case "xml" -> xml(block);
            default -> throw new AssertionError(block + ": nothing tries " + block.language());
        }
    }

    private static void java(DocBlock block, DocBlock.Treatment treatment) throws IOException {
        String name = DocJava.compile(block, stage.folder());
        if (treatment == DocBlock.Treatment.RUN) {
            String arguments = block.notes().getOrDefault("arguments", "");
            DocStage.Answer answer = stage.java(name, DocShell.read(arguments).words());
            assertThat(answer.exitCode()).as("%s: %s", block, answer.printed()).isZero();
        }
    }

    private static void shell(DocBlock block, DocBlock.Treatment treatment) throws IOException {
        List<DocShell> commands = DocShell.commands(block);
        assertThat(commands).as("%s: commands", block).isNotEmpty();
        for (DocShell command : commands) {
            command.assertParses(block, ROOT);
        }
        if (treatment != DocBlock.Treatment.RUN) {
            return;
        }
        for (DocShell command : commands) {
            assertThat(command.words().get(0))
                    .as("%s: only rlrr is run here; say <!-- parsed: why --> or split it", block)
                    .matches("rlrr|rlrr-examples/scripts/.*");
            DocStage.Answer answer = stage.rlrr(command.arguments());
            assertThat(answer.exitCode())
                    .as("%s: %s\n%s", block, command.words(), answer.printed())
                    .isZero();
            if (!command.redirect().isEmpty()) {
                Files.writeString(stage.folder().resolve(command.redirect()), answer.printed());
            }
            if (!block.notes().containsKey("output not compared")) {
                command.assertShown(block, answer.printed());
            }
        }
    }

    /** Well-formed, and what it depends on has the version that the project itself has. */
    private static void xml(DocBlock block) throws Exception {
        Element root =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader("<x>" + block.code() + "</x>")))
                        .getDocumentElement();
        String poms =
                Files.readString(ROOT.resolve("pom.xml"))
                        + Files.readString(ROOT.resolve("rlrr-examples/pom.xml"));
        NodeList versions = root.getElementsByTagName("version");
        for (int i = 0; i < versions.getLength(); i++) {
            String version = versions.item(i).getTextContent();
            // A whole one, or two put together, as pytorch-jni has it.
            if (!poms.contains(">" + version + "<")) {
                assertThat(BEFORE_DIGIT.split(version, -1))
                        .as("%s: a version", block)
                        .allMatch(part -> poms.contains(">" + part + "<"));
            }
        }
    }

    @Test
    void aCommandIsNeverInABlockThatNobodyTries() throws IOException {
        for (Path page : pages()) {
            List<String> lines = Files.readAllLines(page);
            for (int i = 0; i < lines.size(); i++) {
                assertThat(lines.get(i))
                        .as("%s:%d: an indented command; put it between fences", page, i + 1)
                        .doesNotMatch("    (\\$ .*|(rlrr|mvn|java|python)( .*)?)");
            }
            for (DocBlock block : DocBlock.of(page)) {
                if (block.language().equals("text")) {
                    assertThat(block.code())
                            .as("%s: a command in a block of text", block)
                            .doesNotContainPattern("(?m)^(\\$|rlrr|mvn) ");
                }
            }
        }
    }

    @Test
    void aBlockOfAnUnknownLanguageOrWithoutAReasonIsRefused(@TempDir Path folder)
            throws IOException {
        for (String page :
                List.of(
                        "```\nrlrr doctor\n```\n",
                        "```kotlin\nval x = 1\n```\n",
                        "```python\nprint()\n```\n",
                        "<!-- parsed: -->\n```shell\nrlrr doctor\n```\n",
                        "<!-- ignored: since I say so -->\n```shell\nrlrr doctor\n```\n")) {
            Path file = Files.writeString(folder.resolve("page.md"), "Text.\n\n" + page);
            List<DocBlock> blocks = DocBlock.of(file);
            assertThat(blocks).as(page).hasSize(1);
            assertThatThrownBy(() -> blocks.get(0).treatment())
                    .as(page)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("page.md:");
        }
    }

    @Test
    void anOptionThatDoesNotExistOrAnArgumentThatIsMissingIsFound(@TempDir Path folder)
            throws IOException {
        for (String command :
                List.of("rlrr predict --adaptr a b.png", "rlrr predict b.png", "rlrr evaluate x")) {
            Path file =
                    Files.writeString(
                            folder.resolve("page.md"), "```shell\n" + command + "\n```\n");
            DocBlock block = DocBlock.of(file).get(0);
            DocShell read = DocShell.commands(block).get(0);
            assertThatThrownBy(() -> read.assertParses(block, ROOT))
                    .as(command)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("page.md:1");
        }
    }

    @Test
    void outputThatTheCommandDoesNotPrintIsFound(@TempDir Path folder) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("page.md"),
                        "```console\n$ rlrr doctor\nGPUs  12\n…\nall  1.5e-3 %\n```\n");
        DocBlock block = DocBlock.of(file).get(0);
        DocShell command = DocShell.commands(block).get(0);
        command.assertShown(block, "first\nGPUs 0\nsecond\nall 7 %\n");
        assertThatThrownBy(() -> command.assertShown(block, "all 7 %\nGPUs 0\n"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("all  1.5e-3 %");
    }

    @Test
    void aJavaBlockThatUsesWhatIsInternalIsFound(@TempDir Path folder) throws IOException {
        for (String code :
                List.of(
                        "System.out.println(Targets.class);",
                        "ModuleTree.of(new SequentialBlock()).sitesAndParameters();",
                        "import io.github.rlrr.io.OneLine;\nOneLine.of(\"a\");")) {
            Path page = folder.resolve("page.md");
            Files.writeString(page, "```java\n" + code + "\n```\n");
            DocBlock block = DocBlock.of(page).get(0);
            assertThatThrownBy(() -> DocJava.compile(block, folder))
                    .as(code)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("should depend on classes that internal");
        }
    }

    @Test
    void anExcerptThatItsSourceDoesNotHaveIsFound(@TempDir Path folder) throws IOException {
        Path source =
                Files.writeString(folder.resolve("A.java"), "int a = 1;\nint b = f(\n  2);\n");
        Path page =
                Files.writeString(
                        folder.resolve("page.md"),
                        "```java\nint a = 1;\n// …\nint b = f(2);\n```\n\n```java\nint a = 2;\n```\n");
        List<DocBlock> blocks = DocBlock.of(page);
        DocJava.assertExcerpt(blocks.get(0), source);
        assertThatThrownBy(() -> DocJava.assertExcerpt(blocks.get(1), source))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("page.md:7");
    }
}
