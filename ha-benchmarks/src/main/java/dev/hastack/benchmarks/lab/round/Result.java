package dev.hastack.benchmarks.lab.round;

/** What a fault did to the callers of one round. */
public interface Result {

    /** Whether the client came back after the fault: one that never does is not waited for again. */
    boolean recovered();
}
