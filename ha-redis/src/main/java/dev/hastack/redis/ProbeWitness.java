package dev.hastack.redis;

import dev.hastack.core.config.Address;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the probes ask about connections, and writes one line in the log for all connections to a node that were forgotten. Thread-safe. */
final class ProbeWitness implements Heartbeat.Witness {
    private static final Logger log = LoggerFactory.getLogger(ProbeWitness.class);
    private static final long QUIET = Duration.ofSeconds(10).toNanos();

    private final Doubts doubts;
    private final Consumer<Address> ask;
    private final Map<Address, Long> told = new ConcurrentHashMap<>();

    /**
     * @param doubts what the probes ask about
     * @param ask probes a node
     */
    ProbeWitness(Doubts doubts, Consumer<Address> ask) {
        this.doubts = doubts;
        this.ask = ask;
    }

    @Override
    public void doubt(Address node, Doubt doubt) {
        doubts.add(node, doubt);
    }

    @Override
    public void ask(Address node) {
        ask.accept(node);
    }

    @Override
    public void forgotten(Address node, Duration silence) {
        long now = System.nanoTime();
        boolean[] first = new boolean[1];
        told.compute(node, (any, last) -> {
            first[0] = last == null || now - last > QUIET;
            return now;
        });
        (first[0] ? log.atWarn() : log.atDebug())
                .addKeyValue("node", node)
                .log(
                        "redis: a connection to {} did not answer for {} ms, while the node answered its probe; it is replaced, as"
                                + " are others like it: something in between, a firewall or a NAT, has forgotten it",
                        node,
                        silence.toMillis());
    }
}
