package dev.hastack.elasticsearch;

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
            .importPackages("dev.hastack.elasticsearch");

    @Test
    void a_store_module_knows_no_other() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.hastack.postgres..",
                        "dev.hastack.redis..",
                        "com.zaxxer..",
                        "org.postgresql..",
                        "io.lettuce..")
                .check(CLASSES);
    }

    @Test
    void only_the_rest_client_s_own_connector_knows_the_rest_client() {
        noClasses()
                .that()
                .haveSimpleNameNotStartingWith("Rest")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.elasticsearch.client..", "org.apache.http..")
                .check(CLASSES);
    }

    @Test
    void what_is_public_is_meant_for_users_or_made_by_name() {
        classes()
                .that()
                .haveModifier(JavaModifier.PUBLIC)
                .and()
                .resideInAPackage("dev.hastack.elasticsearch")
                .should()
                .haveSimpleName("HaElasticsearch")
                .orShould()
                .haveSimpleName("TimeLimit")
                .orShould()
                .haveFullyQualifiedName("dev.hastack.elasticsearch.TimeLimit$Work")
                .orShould()
                .haveFullyQualifiedName("dev.hastack.elasticsearch.NodeConnector")
                .orShould()
                .haveFullyQualifiedName("dev.hastack.elasticsearch.NodeConnector$Target")
                .orShould()
                .haveFullyQualifiedName("dev.hastack.elasticsearch.NodeConnector$Identity")
                .orShould()
                .haveSimpleNameEndingWith("Exception")
                .orShould()
                .haveSimpleName("ElasticsearchProvider")
                .orShould()
                .haveSimpleName("ElasticsearchFailures")
                .check(CLASSES);
    }

    @Test
    void of_publications_only_what_their_users_name_is_public() {
        classes()
                .that()
                .haveModifier(JavaModifier.PUBLIC)
                .and()
                .resideInAPackage("dev.hastack.elasticsearch.publication")
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameMatching(
                        ".*\\.(Publications?|Publication(Write)?Exception|PublicationHealth|Bulk|BulkLimits|DeadLetter|Rebuild(Progress|Result)?)")
                .check(CLASSES);
    }
}
