package dev.hastack.core.monitor;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Words;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One log line per change, with its reason. WARN: less redundant or not writable; INFO: recovered or moved. */
final class ChangeLog implements Consumer<TopologyEvent> {
    private static final Logger log = LoggerFactory.getLogger("dev.hastack.topology");

    @Override
    public void accept(TopologyEvent event) {
        log.atLevel(event.snapshot().closed() ? Level.INFO : level(event.change()))
                .addKeyValue(
                        "event",
                        "ha." + event.store() + "." + event.change().getClass().getSimpleName())
                .addKeyValue("store", event.store())
                .addKeyValue("version", event.snapshot().version())
                .log("{}: {}", event.store(), text(event.change()));
    }

    private static Level level(Change change) {
        boolean good = change instanceof Change.PrimaryFound
                || change instanceof Change.PrimaryMoved
                || change instanceof Change.NodeUp
                || change instanceof Change.ReplicaCaughtUp
                || change instanceof Change.MembersChanged
                || change instanceof Change.TopologyClosed;
        return good ? Level.INFO : Level.WARN;
    }

    private static String text(Change change) {
        if (change instanceof Change.PrimaryFound c) {
            return c.node() + " is the primary";
        } else if (change instanceof Change.PrimaryLost c) {
            return c.node() + " is no longer the primary: " + c.reason();
        } else if (change instanceof Change.PrimaryMoved c) {
            return "the primary moved from " + c.from() + " to " + c.to();
        } else if (change instanceof Change.PrimaryFenced c) {
            return c.node() + " claims to be primary and is fenced: " + c.reason();
        } else if (change instanceof Change.NodeUp c) {
            return c.node() + " is up";
        } else if (change instanceof Change.NodeDown c) {
            return c.node() + " is down: " + c.failure().kind() + ", "
                    + c.failure().cause();
        } else if (change instanceof Change.ReplicaLate c) {
            return c.node() + " lags by up to " + Words.of(c.lag()) + ", more than max-lag of " + Words.of(c.maxLag())
                    + ", and gets no reads";
        } else if (change instanceof Change.ReplicaCaughtUp c) {
            return c.node() + " has caught up and gets reads again";
        } else if (change instanceof Change.NodeForeign c) {
            return c.node() + " is of another cluster: expected identity " + c.expected() + ", it says "
                    + c.actual().orElse("none");
        } else if (change instanceof Change.MembersChanged c) {
            return "nodes added " + c.added() + ", removed " + c.removed();
        } else {
            return "closed";
        }
    }
}
