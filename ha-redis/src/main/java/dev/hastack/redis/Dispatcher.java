package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.monitor.Toll;
import java.util.List;

/** Sends calls to nodes, for as long as each may take. Thread-safe. */
interface Dispatcher {
    RedisConfig config();

    /** Where it is counted what became of calls that a fault met. */
    Toll toll();

    /** Whether new calls are refused. */
    boolean closing();

    /** Sends it, or holds it until there is a node for it. */
    void route(Call<?, ?, ?> call);

    <K, V> void route(List<Call<K, V, ?>> calls);

    /** After an attempt failed; at another node if there is one. */
    void again(Call<?, ?, ?> call);

    /** Sends a call that was a read, and is none any more, where writes go. */
    default void toPrimary(Call<?, ?, ?> call) {
        route(call);
    }

    /** Sends it to another node as well, if there is one. */
    void besides(Call<?, ?, ?> call);

    /** Sends a read that a node denied to one that was not asked yet; returns false if there is none. */
    boolean elsewhere(Call<?, ?, ?> call);

    /** Tells a caller of its call's end, on a thread on which what he does then holds up nobody. */
    void tell(Runnable end);

    /** What to use for commands that bind a connection to one caller. */
    default String dedicated() {
        return "HaRedis.dedicated(), and close what it returns";
    }

    /** What to use for commands that turn a connection into a subscriber. */
    default String subscriber() {
        return "HaRedis.pubSub()";
    }

    /** What an error reply means. */
    default Verdict verdict(String reply) {
        return RedisErrors.verdict(reply);
    }
}
