package dev.hastack.core.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the ids of a map look like, as a regular expression. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Ids {
    /** Ids of nodes, names of stacks: they become part of logs, metrics and environment variables. */
    String NODE = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

    /** Ids of publications. */
    String PUBLICATION = "[a-z0-9-]+";

    /** Names that ha-stack hands to a driver as they are. */
    String ANY = ".+";

    String value();
}
