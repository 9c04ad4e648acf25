package io.github.rlrr.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.github.rlrr.Internal;
import io.github.rlrr.vit.VitConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What programs may use of the libraries, as docs/api-stability.md says. */
public final class PublicApi {

    /** What a program sets, of a package that is internal otherwise. */
    private static final Set<String> SETTINGS = Set.of("Precision", "ResidualDropout");

    private static final DescribedPredicate<JavaClass> INTERNAL =
            describe("internal", PublicApi::isInternal);

    /** The classes of both libraries. */
    static final JavaClasses LIBRARIES =
            new ClassFileImporter()
                    .importUrls(
                            List.of(
                                    Internal.class
                                            .getProtectionDomain()
                                            .getCodeSource()
                                            .getLocation(),
                                    VitConfig.class
                                            .getProtectionDomain()
                                            .getCodeSource()
                                            .getLocation()));

    private static final ArchRule RULE =
            noClasses()
                    .should()
                    .dependOnClassesThat(INTERNAL)
                    .orShould()
                    .accessTargetWhere(
                            describe(
                                    "the member is marked @Internal",
                                    access -> access.getTarget().isAnnotatedWith(Internal.class)));

    private PublicApi() {}

    private static boolean isInternal(JavaClass type) {
        String name = type.getPackageName();
        return name.equals("io.github.rlrr.io")
                || (name.equals("io.github.rlrr.vit.part") && !SETTINGS.contains(outermost(type)))
                || type.isAnnotatedWith(Internal.class)
                || type.getEnclosingClass().filter(PublicApi::isInternal).isPresent();
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(PublicApi::outermost).orElse(type.getSimpleName());
    }

    /** The names of the public types that programs do not use. */
    static Set<String> internalTypes() {
        return LIBRARIES.that(INTERNAL).stream()
                .map(type -> type.getName().replace('$', '.'))
                .collect(Collectors.toSet());
    }

    /** Refuses classes that use what is internal. */
    static void check(JavaClasses programs) {
        RULE.check(programs);
    }

    /**
     * Refuses compiled programs that use what is internal.
     *
     * @param classes folders or class files
     */
    public static void check(Path... classes) {
        check(new ClassFileImporter().importPaths(classes));
    }
}
