package dev.hastack.benchmarks.lab.round;

import java.time.Duration;
import java.util.List;

/**
 * A replicated store: what can befall it, and who is measured on it.
 *
 * @param <S> its servers
 * @param <K> an open client
 * @param <O> what a round shows
 */
public interface Store<S extends Servers, K, O extends Result> {

    /** As {@code --store} takes it. */
    String id();

    /** In the order of the report. */
    List<? extends Fault<S, K>> faults();

    /** In the order of the report. */
    List<? extends Client<S, K>> clients();

    /** In the order of the report. */
    List<Column<O>> columns();

    /** What is promised of the clients that are no peers. */
    List<Target<O>> targets();

    /** What is promised of this one of them. */
    default List<Target<O>> targets(Client<S, K> client) {
        return targets();
    }

    /** How much is played, unless told otherwise. */
    Pace pace();

    /** The versions of all that is measured, for the report. */
    String versions(S servers) throws Exception;

    /** Starts the servers; returns when they are whole. */
    S start();

    /**
     * Plays one round.
     *
     * @param patience how long the client may take to come back
     * @throws IllegalStateException if the client does not even work before the fault
     */
    O play(Client<S, K> client, Fault<S, K> fault, Duration patience, S servers) throws Exception;
}
