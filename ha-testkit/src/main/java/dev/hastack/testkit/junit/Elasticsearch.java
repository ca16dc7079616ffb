package dev.hastack.testkit.junit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** An Elasticsearch cluster, as {@link dev.hastack.testkit.ElasticsearchLayout} has it; empty before each test. */
@Target({})
@Retention(RetentionPolicy.RUNTIME)
public @interface Elasticsearch {
    /** Node ids. */
    String[] nodes() default {"es-1", "es-2", "es-3"};

    /** Whether clients have to log in. */
    boolean password() default false;

    /** Whether clients have to come by HTTPS. */
    boolean tls() default false;

    /** Settings of elasticsearch.yml, each {@code name=value}. */
    String[] settings() default {};
}
