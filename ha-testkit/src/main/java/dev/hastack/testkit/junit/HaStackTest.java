package dev.hastack.testkit.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Gives the tests of a class real, replicated stores.
 *
 * <p>A test gets the stores that it names, and where it names none, a PostgreSQL primary with one standby.
 *
 * <p>A store is started for the first class that asks for its layout, shared with all others of the JVM that ask for an
 * equal one, and whole again before every test. PostgreSQL's and Redis's data stay from test to test; Elasticsearch is empty
 * before each, since indices of one test would be searched by the next. Tests, {@code @BeforeAll} methods and
 * constructors may take a {@link dev.hastack.testkit.PostgresCluster}, a {@link
 * dev.hastack.testkit.RedisReplication} or an {@link dev.hastack.testkit.ElasticsearchCluster}, and single nodes by
 * {@link Node}. When a test fails, the ends of the nodes' logs go to standard error. Such tests do not run in parallel
 * with each other.
 *
 * <p>{@link HaStackExtension} does the same by code.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(HaStackExtension.class)
@ResourceLock("dev.hastack.testkit")
public @interface HaStackTest {
    /** PostgreSQL. */
    Postgres postgres() default @Postgres(nodes = {});

    /** Redis. */
    Redis redis() default @Redis(nodes = {});

    /** Elasticsearch. */
    Elasticsearch elasticsearch() default @Elasticsearch(nodes = {});
}
