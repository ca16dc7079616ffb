package dev.hastack.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Keeps the arrows between the packages as docs/architecture.md draws them; ArrowsTest has those of the configuration. */
class ArchitectureTest {
    private static final String BASE = "dev.hastack.core";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(BASE);

    @Test
    void the_state_machine_and_the_selection_reach_no_thread_and_no_io() {
        noClasses()
                .that()
                .resideInAnyPackage(BASE + ".topology", BASE + ".select")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent..", "java.io..", "java.nio..", "java.net..", "org.slf4j..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .check(CLASSES);
    }

    @Test
    void the_state_machine_and_the_selection_read_no_clock() {
        noClasses()
                .that()
                .resideInAnyPackage(BASE + ".topology", BASE + ".select")
                .should()
                .callMethodWhere(readsAClock())
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.time.Clock.class)
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaMethodCall> readsAClock() {
        return DescribedPredicate.describe("reads a clock", call -> {
            String owner = call.getTargetOwner().getName();
            return (owner.startsWith("java.time.") && call.getName().equals("now"))
                    || (owner.equals("java.lang.System") && call.getName().matches("nanoTime|currentTimeMillis"));
        });
    }

    @Test
    void the_topology_knows_nobody() {
        noClasses()
                .that()
                .resideInAPackage(BASE + ".topology")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        BASE,
                        BASE + ".config",
                        BASE + ".failure..",
                        BASE + ".select",
                        BASE + ".monitor",
                        BASE + ".health")
                .check(CLASSES);
    }

    @Test
    void the_failures_know_the_topology_alone() {
        noClasses()
                .that()
                .resideInAPackage(BASE + ".failure..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        BASE, BASE + ".config", BASE + ".guard", BASE + ".select", BASE + ".monitor", BASE + ".health")
                .check(CLASSES);
    }

    @Test
    void the_guards_know_nobody_and_are_known_from_above_only() {
        noClasses()
                .that()
                .resideInAPackage(BASE + ".guard")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        BASE,
                        BASE + ".config",
                        BASE + ".topology",
                        BASE + ".select",
                        BASE + ".monitor",
                        BASE + ".health")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(BASE + ".topology", BASE + ".select", BASE + ".config", BASE + ".monitor")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(BASE + ".guard")
                .check(CLASSES);
    }

    @Test
    void the_tls_knows_the_configuration_alone() {
        noClasses()
                .that()
                .resideInAPackage(BASE + ".tls")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        BASE,
                        BASE + ".guard",
                        BASE + ".topology",
                        BASE + ".select",
                        BASE + ".monitor",
                        BASE + ".health")
                .check(CLASSES);
    }

    @Test
    void arrows_point_downwards_only() {
        noClasses()
                .that()
                .resideInAPackage(BASE + ".select")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BASE, BASE + ".monitor", BASE + ".health")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(BASE + ".monitor")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BASE, BASE + ".health", BASE + ".config")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(BASE + ".health")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BASE, BASE + ".monitor", BASE + ".config")
                .check(CLASSES);
    }

    @Test
    void threads_are_made_by_the_monitor_and_for_the_end_alone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + ".monitor")
                .and(DescribedPredicate.not(JavaClass.Predicates.belongToAnyOf(Closing.class)))
                .should()
                .callConstructorWhere(DescribedPredicate.describe(
                        "makes a thread", call -> call.getTargetOwner().isAssignableTo(Thread.class)))
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.concurrent.ExecutorService.class)
                .check(CLASSES);
    }

    @Test
    void the_core_knows_no_driver() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..",
                        "javax.sql..",
                        "com.zaxxer..",
                        "org.postgresql..",
                        "io.lettuce..",
                        "co.elastic..",
                        "dev.hastack.postgres..",
                        "dev.hastack.redis..",
                        "dev.hastack.elasticsearch..")
                .check(CLASSES);
    }
}
