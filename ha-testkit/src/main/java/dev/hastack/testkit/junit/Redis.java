package dev.hastack.testkit.junit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A Redis primary with replicas, as {@link dev.hastack.testkit.RedisLayout} has it. */
@Target({})
@Retention(RetentionPolicy.RUNTIME)
public @interface Redis {
    /** Node ids; the first is the primary. */
    String[] nodes() default {"main", "replica"};

    /** How many Sentinels. */
    int sentinels() default 0;

    /** Whether clients have to log in. */
    boolean password() default false;

    /** Whether all speak TLS only. */
    boolean tls() default false;

    /** Parameters of redis.conf, each {@code name=value}. */
    String[] settings() default {};
}
