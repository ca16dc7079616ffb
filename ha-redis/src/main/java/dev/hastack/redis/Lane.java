package dev.hastack.redis;

import dev.hastack.core.guard.NodeBreaker;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisChannelWriter;
import org.jspecify.annotations.Nullable;

/** The node that an attempt is under way at, as far as the attempt is concerned. Thread-safe. */
interface Lane {
    String node();

    NodeBreaker breaker();

    /** An attempt is no longer under way. */
    void ended(boolean answered);

    /** An error reply that says something of the node. */
    void report(Kind kind, String error);

    /** An attempt was lost with its connection. */
    void broken(@Nullable RedisChannelWriter with);

    /** An answer has come after all, after its attempt was given up. */
    default void answeredLate(@Nullable RedisChannelWriter by) {}

    /**
     * It denies this user a command that another node has done.
     *
     * @param reply its own words
     */
    default void denied(String command, String reply) {}

    /** For an error message: how an answer was lost. */
    String lost(Throwable error);
}
