package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds what is true of all libraries together: this is the one module that sees all of them. */
class PublicTypesTest {
    private static final JavaClasses LIBRARIES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(
                    "dev.hastack.core",
                    "dev.hastack.postgres",
                    "dev.hastack.redis",
                    "dev.hastack.elasticsearch",
                    "dev.hastack.testkit");

    @Test
    void no_two_public_types_share_a_simple_name() {
        Map<String, List<String>> bySimpleName = LIBRARIES.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName, Collectors.mapping(JavaClass::getName, Collectors.toList())));
        bySimpleName.remove("package-info");

        assertThat(bySimpleName).hasSizeGreaterThan(50);
        assertThat(bySimpleName.values()).allSatisfy(types -> assertThat(types).hasSize(1));
    }
}
