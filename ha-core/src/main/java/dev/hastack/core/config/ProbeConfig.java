package dev.hastack.core.config;

import java.time.Duration;

/**
 * How every node of every store is watched.
 *
 * @param interval between two probes of a node while all is calm
 * @param timeout after which an unanswered probe means that the node hangs
 */
public record ProbeConfig(
        @Doc("Time between two probes of a node while all is calm. ha-stack probes faster on its own while there is no"
                + " primary, after a change, and while callers wait.")
        @Default("1s")
        Duration interval,

        @Doc(
                "An unanswered probe counts as a failure of its node after this time; of Elasticsearch, whose nodes are silent for longer on a busy machine, after four times this time.")
        @Default("500ms")
        Duration timeout) {
    public ProbeConfig {
        Rules.start()
                .positive(interval, "interval")
                .positive(timeout, "timeout")
                .that(
                        timeout.compareTo(interval) < 0,
                        "timeout",
                        "expected less than ha.probe.interval, which is " + Durations.format(interval))
                .check();
    }
}
