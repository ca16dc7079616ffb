package dev.hastack.postgres;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.hastack.postgres");

    @Test
    void a_store_module_knows_no_other() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.hastack.redis..", "dev.hastack.elasticsearch..", "io.lettuce..", "co.elastic..")
                .check(CLASSES);
    }

    @Test
    void no_connection_goes_through_the_driver_manager() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.sql.DriverManager.class)
                .check(CLASSES);
    }

    @Test
    void what_is_public_is_meant_for_users_or_made_by_name() {
        classes()
                .that()
                .haveModifier(JavaModifier.PUBLIC)
                .should()
                .haveSimpleName("HaPostgres")
                .orShould()
                .haveSimpleNameEndingWith("Exception")
                .orShould()
                .haveSimpleName("PostgresProvider")
                .orShould()
                .haveSimpleName("PostgresFailures")
                .orShould()
                .haveSimpleName("PgjdbcProperties")
                .orShould()
                .haveSimpleName("NodeSocketFactory")
                .orShould()
                .haveSimpleName("NodeTlsFactory")
                .check(CLASSES);
    }
}
