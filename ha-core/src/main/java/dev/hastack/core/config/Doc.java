package dev.hastack.core.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a key means. The documentation is generated from it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Doc {
    /** Of the stack that a node belongs to: the same for the nodes of every store. */
    String NODE_STACK =
            "The stack whose services read from the node first. Those of another stack read from it only while no"
                    + " node of their own, or of no stack, serves.";

    /** Of the zone that a node is in. */
    String NODE_ZONE =
            "The zone, or data centre, that the node is in. Of the nodes that are alike in stack, those of the"
                    + " reader's own `ha.zone` serve it first.";

    String value();
}
