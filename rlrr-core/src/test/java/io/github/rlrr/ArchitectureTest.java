package io.github.rlrr;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the packages of this module may use of each other, as docs/design.md draws it. */
class ArchitectureTest {

    /** Those of the module itself, without its tests. */
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .importUrl(Internal.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void noPackagesUseEachOtherInACircle() {
        slices().matching("io.github.rlrr.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "module, adapter",
        "module, method",
        "tensor, adapter",
        "data, adapter",
        "data, task",
        "data, training",
        "method, adapter",
        "task, training",
        "io, tensor",
        "torch, tensor"
    })
    void theFirstNeverUsesTheSecond(String user, String used) {
        noClasses()
                .that()
                .resideInAPackage("io.github.rlrr." + user + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.rlrr." + used + "..")
                .check(CLASSES);
    }

    @Test
    void trainingKnowsNoTaskByName() {
        noClasses()
                .that()
                .resideInAPackage("io.github.rlrr.training..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "io\\.github\\.rlrr\\.task\\.(SingleLabel|MultiLabel|Regression|Classif).*")
                .check(CLASSES);
    }

    @Test
    void nativeBindingsAreTouchedInOnePackageAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.github.rlrr.torch..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl.pytorch..")
                .check(CLASSES);
    }

    @Test
    void howManyThreadsThereAreIsSaidInOnePlace() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.github.rlrr.torch.Threads")
                .should()
                .callMethod(Runtime.class, "availableProcessors")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.Executors")
                .check(CLASSES);
    }

    @Test
    void nothingIsCalledUtil() {
        noClasses().should().resideInAnyPackage("..util..", "..utils..").check(CLASSES);
    }
}
