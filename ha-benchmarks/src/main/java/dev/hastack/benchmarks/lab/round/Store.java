package dev.hastack.benchmarks.lab.round;

import java.util.List;

/**
 * A replicated store: what can befall it, and who is measured on it.
 *
 * @param <S> its servers
 */
public interface Store<S extends Servers> {

    /** As {@code --store} takes it. */
    String id();

    /** In the order of the report. */
    List<? extends Fault<S>> faults();

    /** In the order of the report. */
    List<? extends Client<S>> clients();

    /** What is promised of the clients that are no peers. */
    List<Target> targets();

    /** How much is played, unless told otherwise. */
    Pace pace();

    /** The versions of all that is measured, for the report. */
    String versions(S servers) throws Exception;

    /** Starts the servers; returns when they are whole. */
    S start();
}
