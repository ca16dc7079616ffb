package dev.hastack.redis;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hastack.redis.queue.JobQueue;
import dev.hastack.redis.queue.JobQueueBuilder;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.hastack.redis");

    @Test
    void a_store_module_knows_no_other() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.hastack.postgres..",
                        "dev.hastack.elasticsearch..",
                        "com.zaxxer..",
                        "org.postgresql..",
                        "co.elastic..")
                .check(CLASSES);
    }

    @Test
    void what_routes_commands_knows_nothing_of_queues_but_that_they_are_built_on_it() {
        noClasses()
                .that()
                .resideInAPackage("dev.hastack.redis")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.hastack.redis.queue").and(not(type(JobQueueBuilder.class))))
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.hastack.redis")
                .and()
                .areNotAssignableTo(HaRedis.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.hastack.redis.queue")
                .check(CLASSES);
    }

    @Test
    void facades_are_interfaces_so_that_users_can_stub_them_and_they_can_grow() {
        classes()
                .that()
                .belongToAnyOf(
                        HaRedis.class, HaRedisCluster.class, DurableWrites.class, JobQueue.class, JobQueueBuilder.class)
                .should()
                .beInterfaces()
                .check(CLASSES);
    }

    @Test
    void what_is_public_is_meant_for_users_or_made_by_name() {
        classes()
                .that()
                .haveModifier(JavaModifier.PUBLIC)
                .and()
                .resideInAPackage("dev.hastack.redis")
                .should()
                .haveSimpleName("HaRedis")
                .orShould()
                .haveSimpleName("HaRedisCluster")
                .orShould()
                .haveSimpleNameStartingWith("Durab")
                .orShould()
                .haveSimpleNameEndingWith("Exception")
                .orShould()
                .haveSimpleName("RedisProvider")
                .orShould()
                .haveSimpleName("RedisFailures")
                .check(CLASSES);
    }
}
