package dev.hastack.testkit.junit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A PostgreSQL cluster, as {@link dev.hastack.testkit.PostgresLayout} has it. */
@Target({})
@Retention(RetentionPolicy.RUNTIME)
public @interface Postgres {
    /** Node ids; the first is the primary. */
    String[] nodes() default {"main", "standby"};

    /** The standby that commits wait for; empty for none. */
    String synchronous() default "";

    /** Whether the application's role may log in over TLS only. */
    boolean tls() default false;

    /** Parameters of postgresql.conf, each {@code name=value}. */
    String[] settings() default {};
}
