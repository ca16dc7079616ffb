package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hastack.core.HaStack;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.elasticsearch.publication.Bulk;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.redis.DurableWrites;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.HaRedisCluster;
import dev.hastack.redis.queue.JobQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private static final List<Class<?>> FACADES = List.of(
            HaStack.class,
            HaPostgres.class,
            HaRedis.class,
            HaRedisCluster.class,
            DurableWrites.class,
            JobQueue.class,
            HaElasticsearch.class,
            Publication.class,
            Bulk.class);
    /** Those that CORE-40 of docs/decisions.md leaves what they are. */
    private static final String[] SINGLE_FACTS = {
        "DeadJob", "DeadLetter", "Durable", "Failure", "KnownEpoch", "Origin", "Past", "Refused", "Sample"
    };

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

    /** What programs only read must be able to gain a member, which a record with a public constructor is not. */
    @Test
    void of_what_facades_hand_out_only_single_facts_are_records() {
        Set<JavaClass> seen = new HashSet<>();
        Deque<JavaClass> left = new ArrayDeque<>();
        FACADES.stream().map(LIBRARIES::get).forEach(left::add);
        while (!left.isEmpty()) {
            left.pop().getMethods().stream()
                    .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                    .flatMap(PublicTypesTest::handedOut)
                    .filter(type -> type.getPackageName().startsWith("dev.hastack"))
                    .filter(seen::add)
                    .forEach(left::push);
        }

        assertThat(seen).hasSizeGreaterThan(20);
        assertThat(seen.stream()
                        .filter(type -> type.isRecord() && type.isTopLevelClass())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder(SINGLE_FACTS);
    }

    /** Returns what a method returns, and what it gives to a function of the caller's. */
    private static Stream<JavaClass> handedOut(JavaMethod method) {
        Stream<JavaType> given = method.getParameterTypes().stream()
                .filter(type -> type.toErasure().getPackageName().equals("java.util.function"));
        return Stream.concat(Stream.of(method.getReturnType()), given)
                .flatMap(type -> type.getAllInvolvedRawTypes().stream());
    }
}
