package io.github.rlrr.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.github.rlrr.examples.app.RlrrCommand;
import io.github.rlrr.torch.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    /**
     * Every array comes of a manager, and a manager says where its arrays lie: that of an array or
     * a model that is there, or a device that was asked for. So nothing meets what lies elsewhere.
     */
    private static final ArchRule STATES_ITS_DEVICE =
            noClasses()
                    .should()
                    .callMethodWhere(
                            target(name("newBaseManager"))
                                    .and(
                                            target(
                                                    owner(
                                                            assignableTo(NDManager.class)
                                                                    .or(
                                                                            assignableTo(
                                                                                    Engine
                                                                                            .class))))));

    /** The CPU, whatever device the model is on. */
    private static final ArchRule NAMES_NO_DEVICE =
            noClasses()
                    .should()
                    .callMethod(Device.class, "cpu")
                    .orShould()
                    .callMethod(Device.class, "gpu")
                    .orShould()
                    .callMethod(Device.class, "gpu", int.class);

    /** Those that may name a device, and why. */
    private static final Map<String, String> NAME_A_DEVICE =
            Map.ofEntries(
                    entry("io.github.rlrr.data.DjlDataset", "reads another's data set to Java"),
                    entry("io.github.rlrr.tensor.ArrayDecoder", "files are read by the CPU"),
                    entry("io.github.rlrr.tensor.ArrayEncoder", "files are written by the CPU"),
                    entry("io.github.rlrr.torch.TorchProgram", "a program holds no array"),
                    entry("io.github.rlrr.torch.SpinWatch", "about the CPU's threads"),
                    entry("io.github.rlrr.vit.checkpoint.CheckpointWriter", "writes files"),
                    entry("io.github.rlrr.vit.checkpoint.VitCheckpoint", "unless told otherwise"),
                    entry("io.github.rlrr.vit.checkpoint.SwinCheckpoint", "unless told otherwise"),
                    entry(
                            "io.github.rlrr.vit.inference.ImagePredictor$Builder",
                            "unless told otherwise"),
                    entry(EXAMPLES + ".machine.Devices", "finds what was asked for"),
                    entry(EXAMPLES + ".machine.Gpus", "the first GPU's memory"),
                    entry(EXAMPLES + ".command.DemoCommand", "runs on the CPU"),
                    entry(EXAMPLES + ".bench.BenchModel", "draws weights alike for all devices"),
                    entry(EXAMPLES + ".bench.FeedBench", "page-locked memory is the CPU's"),
                    entry(EXAMPLES + ".bench.GpuCommand", "compares with the CPU"),
                    entry(EXAMPLES + ".bench.PoolCommand", "runs on the CPU"));

    @Test
    void arraysAreMadeWhereTheirNeighboursAre() {
        STATES_ITS_DEVICE.check(PublicApi.LIBRARIES.that(not(name(TorchRuntime.class.getName()))));
        // A program that people copy has one manager, of which all its arrays come.
        STATES_ITS_DEVICE.check(CLASSES.that(not(resideInAPackage(EXAMPLES + ".anymodel.."))));
        DescribedPredicate<JavaClass> named =
                describe("named", type -> NAME_A_DEVICE.containsKey(type.getName()));
        NAMES_NO_DEVICE.check(PublicApi.LIBRARIES.that(not(named)));
        NAMES_NO_DEVICE.check(CLASSES.that(not(named)));
    }

    /** Makes arrays wherever DJL likes them, and on a device that nobody asked for. */
    static final class Offender {

        private Offender() {}

        static void offend() {
            NDManager.newBaseManager().close();
            NDManager.newBaseManager(Device.cpu()).close();
            Engine.getInstance().newBaseManager().close();
        }
    }

    @Test
    void anOffenderIsNoticed() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        assertThat(STATES_ITS_DEVICE.evaluate(offender).getFailureReport().getDetails()).hasSize(3);
        assertThat(NAMES_NO_DEVICE.evaluate(offender).getFailureReport().getDetails()).hasSize(1);
    }

    @Test
    void whoMayNameADeviceStillDoes() {
        assertThat(NAME_A_DEVICE.keySet())
                .allMatch(
                        each ->
                                Stream.of(CLASSES, PublicApi.LIBRARIES)
                                        .filter(classes -> classes.contain(each))
                                        .anyMatch(
                                                classes ->
                                                        NAMES_NO_DEVICE
                                                                .evaluate(classes.that(name(each)))
                                                                .hasViolation()));
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
