package dev.hastack.redis;

import dev.hastack.core.config.Address;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the probes know of nodes, and one line in the log for all connections to a node that were forgotten. Thread-safe. */
final class ProbeWitness implements Heartbeat.Witness {
    private static final Logger log = LoggerFactory.getLogger(ProbeWitness.class);
    private static final long QUIET = Duration.ofSeconds(10).toNanos();

    private final Function<Address, Optional<Duration>> answered;
    private final Consumer<Address> ask;
    private final Map<Address, Long> told = new ConcurrentHashMap<>();

    /**
     * @param answered how long ago the last probe was asked that the node at this address has answered
     * @param ask probes it
     */
    ProbeWitness(Function<Address, Optional<Duration>> answered, Consumer<Address> ask) {
        this.answered = answered;
        this.ask = ask;
    }

    @Override
    public boolean answered(Address node, Duration within) {
        return answered.apply(node).filter(ago -> ago.compareTo(within) < 0).isPresent();
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
