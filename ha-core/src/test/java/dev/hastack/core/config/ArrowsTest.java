package dev.hastack.core.config;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ArrowsTest {
    @Test
    void the_configuration_knows_nobody_else_in_ha_core() {
        noClasses()
                .that()
                .resideInAPackage("dev.hastack.core.config")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.hastack.core",
                        "dev.hastack.core.health..",
                        "dev.hastack.core.monitor..",
                        "dev.hastack.core.guard..",
                        "dev.hastack.core.select..",
                        "dev.hastack.core.tls..",
                        "dev.hastack.core.topology..")
                .check(new ClassFileImporter().importPackages("dev.hastack.core.config"));
    }
}
