package dev.hastack.benchmarks.lab.round;

import java.time.Duration;

/**
 * How much of a store is played, unless told otherwise.
 *
 * @param rounds of a client that is no peer
 * @param peerRounds of one that is
 * @param patience how long a first write is waited for
 * @param around about how long a round takes besides the fault: healing, connecting, load before and after
 */
public record Pace(int rounds, int peerRounds, Duration patience, Duration around) {}
