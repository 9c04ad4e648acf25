package io.github.rlrr.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.rlrr.examples.app.RlrrCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packages of this module may use of each other, as docs/design.md draws it. */
class ArchitectureTest {

    private static final String EXAMPLES = "io.github.rlrr.examples";

    /** Those of the module itself, without its tests. */
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .importUrl(
                            RlrrCommand.class.getProtectionDomain().getCodeSource().getLocation());

    /** A name of ours with its package, wherever it stands in a source. */
    private static final Pattern NAME =
            Pattern.compile("(?<![\\w.])io\\.github\\.rlrr\\.[\\w.]*\\w(?:\\.\\*)?");

    @Test
    void noPackagesUseEachOtherInACircle() {
        slices().matching(EXAMPLES + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "bench, benchmark",
        "bench, recipe",
        "benchmark, bench",
        "recipe, bench",
        "recipe, benchmark",
        "option, run",
        "run, report",
        "command, benchmark"
    })
    void theFirstNeverUsesTheSecond(String user, String used) {
        noClasses()
                .that()
                .resideInAPackage(EXAMPLES + "." + user + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(EXAMPLES + "." + used + "..")
                .check(CLASSES);
    }

    @Test
    void noCommandUsesTheApplication() {
        noClasses()
                .that()
                .resideOutsideOfPackage(EXAMPLES + ".app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(EXAMPLES + ".app..")
                .check(CLASSES);
    }

    @Test
    void theLibrariesKnowNoExample() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage(EXAMPLES + "..")
                .check(PublicApi.LIBRARIES);
    }

    @Test
    void nothingIsCalledUtil() {
        noClasses().should().resideInAnyPackage("..util..", "..utils..").check(CLASSES);
    }

    @Test
    void programsPeopleCopyUseTheBundledImagesAndNoneOfTheCommandLine() {
        noClasses()
                .that()
                .resideInAnyPackage(EXAMPLES + ".anymodel..", EXAMPLES + ".demo..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage(EXAMPLES + "..")
                                .and(
                                        resideOutsideOfPackages(
                                                EXAMPLES + ".anymodel..", EXAMPLES + ".demo..")))
                .check(CLASSES);
    }

    @Test
    void programsPeopleCopyUseNothingInternal() {
        PublicApi.check(CLASSES.that(resideInAPackage(EXAMPLES + ".anymodel..")));
    }

    /** Projects of their own are not compiled here; what their sources name is looked at. */
    @ParameterizedTest
    @ValueSource(strings = {"own-method", "spark-predict", "spring-service"})
    void projectsPeopleCopyNameNothingInternalAndNoneOfTheCommandLine(String project)
            throws IOException {
        List<String> names = names(Path.of(project));
        assertThat(names).isNotEmpty();
        Set<String> internal = PublicApi.internalTypes();
        assertThat(internal).contains("io.github.rlrr.io.AtomicFile");
        assertThat(names)
                .as("what %s names", project)
                .doesNotContainAnyElementsOf(internal)
                .noneMatch(name -> name.endsWith(".*"))
                .allMatch(
                        name ->
                                !name.startsWith(EXAMPLES)
                                        || name.matches(
                                                Pattern.quote(EXAMPLES)
                                                        + "\\.(spark|spring)(\\..*)?"));
    }

    private static List<String> names(Path project) throws IOException {
        try (Stream<Path> files = Files.walk(project)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> NAME.matcher(text(file)).results())
                    .map(MatchResult::group)
                    .distinct()
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
