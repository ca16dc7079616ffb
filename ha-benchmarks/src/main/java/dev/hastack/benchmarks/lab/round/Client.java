package dev.hastack.benchmarks.lab.round;

/**
 * A way for a program to reach a store.
 *
 * @param <S> the store's servers
 * @param <K> the client when it is open
 */
public interface Client<S extends Servers, K> {

    /** As {@code --client} takes it. */
    String id();

    /** How it is configured, for the report. */
    String configuration();

    /** Whether it is there to be compared with. */
    default boolean peer() {
        return true;
    }

    /** Connects, as a program does at its start; returns when writes can begin. */
    K open(S servers) throws Exception;
}
