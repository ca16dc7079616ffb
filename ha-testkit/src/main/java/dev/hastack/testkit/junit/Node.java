package dev.hastack.testkit.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the node that a parameter of type {@link dev.hastack.testkit.PostgresNode}, {@link dev.hastack.testkit.RedisNode}
 * or {@link dev.hastack.testkit.ElasticsearchNode} is to be.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Node {
    /** The node's id. */
    String value();
}
