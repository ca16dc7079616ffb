package dev.hastack.core.config;

import java.time.Duration;

/**
 * How every node of every store is watched.
 *
 * @param interval between two probes of a node while all is calm
 * @param timeout after which a node that has not answered its probe is silent
 */
public record ProbeConfig(
        @Doc("Time between two probes of a node while all is calm. ha-stack probes faster on its own while there is no"
                + " primary, after a change, and while callers wait; and five times within the reads.max-lag of a store,"
                + " if that is more often.")
        @Default("1s")
        Duration interval,

        @Doc(
                "A node that has not answered its probe for this time is silent: others are preferred. It counts as hung when it is silent for longer than the"
                        + " slowness of this process and of the other nodes explains. Of Elasticsearch, whose nodes are silent for longer on a busy machine, four times this"
                        + " time counts.")
        @Default("500ms")
        Duration timeout) {
    /** Two intervals, twice the time of a probe, and as much again for a process that comes to things late. */
    private static final int OF_MAX_LAG = 5;

    public ProbeConfig {
        Rules.start()
                .timeout(interval, "interval")
                .positive(timeout, "timeout")
                .that(
                        timeout.compareTo(interval) < 0,
                        "timeout",
                        "expected less than ha.probe.interval, which is " + Durations.format(interval))
                .check();
    }

    /**
     * The time between two probes where a lag must be known: what is known of it is as old as two intervals, and must not reach
     * the greatest lag by that alone.
     */
    public Duration interval(Duration maxLag) {
        Duration often = maxLag.dividedBy(OF_MAX_LAG);
        return often.compareTo(interval) < 0 ? often : interval;
    }
}
