package io.github.rlrr.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.PublicApi;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles Java blocks. A block that declares a type at its left margin is a file of its own and
 * stands as it is. Any other is the body of a main method, with our packages and a few of DJL's and
 * Java's imported, after the statements of a comment {@code before:}.
 */
final class DocJava {

    private static final Pattern TYPE =
            Pattern.compile(
                    "^(?:public |final |abstract |sealed )*(?:class|record|interface|enum) (\\w+)",
                    Pattern.MULTILINE);

    private static final Pattern IMPORT = Pattern.compile("^import .*;\\R", Pattern.MULTILINE);

    private static final String IMPORTS =
            """
            import ai.djl.*;
            import ai.djl.ndarray.*;
            import ai.djl.ndarray.types.*;
            import ai.djl.nn.*;
            import ai.djl.nn.core.*;
            import io.github.rlrr.adapter.*;
            import io.github.rlrr.data.*;
            import io.github.rlrr.method.*;
            import io.github.rlrr.module.*;
            import io.github.rlrr.spectrum.*;
            import io.github.rlrr.task.*;
            import io.github.rlrr.tensor.*;
            import io.github.rlrr.training.*;
            import io.github.rlrr.vit.*;
            import io.github.rlrr.vit.checkpoint.*;
            import io.github.rlrr.vit.data.*;
            import io.github.rlrr.vit.hub.*;
            import io.github.rlrr.vit.image.*;
            import io.github.rlrr.vit.inference.*;
            import java.nio.file.*;
            import java.util.*;
            """;

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** One for all blocks: it keeps the class path's jars open. */
    private static final StandardJavaFileManager FILES =
            COMPILER.getStandardFileManager(null, null, null);

    private DocJava() {}

    /**
     * Compiles a block, which uses nothing internal, into a folder and gives the name of its class.
     */
    static String compile(DocBlock block, Path folder) throws IOException {
        Matcher type = TYPE.matcher(block.code());
        boolean whole = type.find();
        String name = whole ? type.group(1) : "Snippet" + block.line();
        Path source = folder.resolve(name + ".java");
        Files.writeString(source, whole ? block.code() : body(block, name));
        StringWriter said = new StringWriter();
        List<String> options =
                List.of(
                        "-d",
                        folder.toString(),
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"));
        boolean compiled =
                COMPILER.getTask(said, FILES, null, options, null, FILES.getJavaFileObjects(source))
                        .call();
        assertThat(compiled).as("%s: %s", block, said).isTrue();
        PublicApi.check(folder.resolve(name + ".class"));
        return name;
    }

    /** The block stands in a source file as it is, but for white space; // … stands for a cut. */
    static void assertExcerpt(DocBlock block, Path source) throws IOException {
        String whole = withoutSpace(Files.readString(source));
        assertThat(Pattern.compile("//\\s*…").splitAsStream(block.code()))
                .as("%s: an excerpt of %s", block, source)
                .allMatch(part -> whole.contains(withoutSpace(part)));
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static String body(DocBlock block, String name) {
        StringBuilder imports = new StringBuilder(IMPORTS);
        IMPORT.matcher(block.code()).results().forEach(found -> imports.append(found.group()));
        return imports
                + "public class "
                + name
                + " {\npublic static void main(String[] args) throws Exception {\n"
                + block.notes().getOrDefault("before", "")
                + "\n"
                + IMPORT.matcher(block.code()).replaceAll("")
                + "}\n}\n";
    }
}
