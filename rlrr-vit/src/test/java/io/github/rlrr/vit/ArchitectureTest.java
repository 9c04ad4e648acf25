package io.github.rlrr.vit;

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
                    .importUrl(VitConfig.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void noPackagesUseEachOtherInACircle() {
        slices().matching("io.github.rlrr.vit.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "part, checkpoint",
        "part, inference",
        "image, data",
        "image, checkpoint",
        "hub, checkpoint",
        "data, inference"
    })
    void theFirstNeverUsesTheSecond(String user, String used) {
        noClasses()
                .that()
                .resideInAPackage("io.github.rlrr.vit." + user + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.rlrr.vit." + used + "..")
                .check(CLASSES);
    }

    @Test
    void partsDoNotKnowTheNetworksThatAreMadeOfThem() {
        noClasses()
                .that()
                .resideInAPackage("io.github.rlrr.vit.part..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.rlrr.vit")
                .check(CLASSES);
    }

    /** They work with any {@link Backbone}. */
    @ParameterizedTest
    @CsvSource({"hub", "image", "data", "inference"})
    void nothingButCheckpointsKnowsTheVisionTransformer(String user) {
        noClasses()
                .that()
                .resideInAPackage("io.github.rlrr.vit." + user + "..")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(VisionTransformer.class, VitConfig.class)
                .check(CLASSES);
    }

    @Test
    void theLibraryKnowsNoExample() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.rlrr.examples..")
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
