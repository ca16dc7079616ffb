package dev.hastack.core.monitor;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import dev.hastack.core.topology.Words;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One log line per change: with its reason when a fault begins, with how long it lasted when it ends. WARN: less redundant or not
 * writable; INFO: recovered or moved. Used by one thread.
 */
final class ChangeLog implements Consumer<TopologyEvent> {
    private static final Logger log = LoggerFactory.getLogger("dev.hastack.topology");

    /** When what is wrong began, by {@link System#nanoTime}. */
    private final Map<String, Long> began = new HashMap<>();

    /** What was told with the loss of a store's primary, and comes next. */
    private final Map<String, Change> told = new HashMap<>();

    @Override
    public void accept(TopologyEvent event) {
        Optional<Change> fall =
                event.change() instanceof Change.PrimaryLost lost ? fall(event.snapshot(), lost) : Optional.empty();
        String lasted = lasted(event);
        if (fall.isPresent()) {
            told.put(event.store(), fall.get());
        } else if (event.change().equals(told.remove(event.store()))) {
            // One fault, one line: it was said with the loss of the primary.
            return;
        }
        log.atLevel(bad(event.change()) && !event.snapshot().closed() ? Level.WARN : Level.INFO)
                .addKeyValue(
                        "event",
                        "ha." + event.store() + "." + event.change().getClass().getSimpleName())
                .addKeyValue("store", event.store())
                .addKeyValue("version", event.snapshot().version())
                .log(
                        "{}: {}{}",
                        event.store(),
                        fall.map(ChangeLog::textOfFall).orElseGet(() -> text(event.change())),
                        lasted);
    }

    /** What comes next of the same node, if it leads no more because it is down, or since its claim to lead is refused. */
    private static Optional<Change> fall(Snapshot snapshot, Change.PrimaryLost lost) {
        Optional<NodeView> fallen = snapshot.node(lost.node());
        if (fallen.filter(node -> node.status() == Status.FENCED).isPresent()) {
            return Optional.of(new Change.PrimaryFenced(lost.node(), lost.reason()));
        }
        return fallen.filter(node -> node.status() == Status.DOWN)
                .flatMap(NodeView::failure)
                .filter(failure -> failure.cause().equals(lost.reason()))
                .map(failure -> new Change.NodeDown(lost.node(), failure));
    }

    private static String textOfFall(Change fall) {
        return fall instanceof Change.NodeDown down
                ? down.node() + ", the primary, is down: " + why(down)
                : fall instanceof Change.PrimaryFenced fenced
                        ? fenced.node() + ", the primary, is fenced: " + fenced.reason()
                        : text(fall);
    }

    private static String why(Change.NodeDown down) {
        return down.failure().kind() + ", " + down.failure().cause();
    }

    /** Remembers what begins, and says of what ends how long it lasted. */
    private String lasted(TopologyEvent event) {
        Change change = event.change();
        String store = event.store() + " ";
        if (change instanceof Change.PrimaryLost) {
            return begins(store);
        } else if (change instanceof Change.PrimaryFound c) {
            return ends(store, " without one") + ends(store + c.node(), " of its absence");
        } else if (change instanceof Change.PrimaryMoved c) {
            return ends(store, " without one") + ends(store + c.to(), " of its absence");
        } else if (change instanceof Change.NodeDown c) {
            began.remove(store + c.node() + " unlinked");
            return begins(store + c.node());
        } else if (change instanceof Change.NodeUp c) {
            return ends(store + c.node(), " of its absence");
        } else if (change instanceof Change.NodeRefuses c) {
            return begins(store + c.node() + " " + c.refused().what());
        } else if (change instanceof Change.NodeRefusesNoMore c) {
            return ends(store + c.node() + " " + c.what(), "");
        } else if (change instanceof Change.ReplicaLate c) {
            return begins(store + c.node() + " late");
        } else if (change instanceof Change.ReplicaCaughtUp c) {
            return ends(store + c.node() + " late", "");
        } else if (change instanceof Change.ReplicaUnlinked c) {
            return begins(store + c.node() + " unlinked");
        } else if (change instanceof Change.ReplicaLinked c) {
            return ends(store + c.node() + " unlinked", "");
        }
        return "";
    }

    private String begins(String what) {
        began.putIfAbsent(what, System.nanoTime());
        return "";
    }

    private String ends(String what, String of) {
        Long since = began.remove(what);
        return since == null ? "" : ", after " + Words.of(Duration.ofNanos(System.nanoTime() - since)) + of;
    }

    /** Whether it makes the store less redundant or less writable. */
    static boolean bad(Change change) {
        return !(change instanceof Change.PrimaryFound
                || change instanceof Change.PrimaryMoved
                || change instanceof Change.NodeUp
                || change instanceof Change.NodeRefusesNoMore
                || change instanceof Change.ReplicaCaughtUp
                || change instanceof Change.ReplicaLinked
                || change instanceof Change.MembersChanged
                || change instanceof Change.TopologyClosed);
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
        } else if (change instanceof Change.EpochAbandoned c) {
            return c.text();
        } else if (change instanceof Change.NodeUp c) {
            return c.node() + " is up";
        } else if (change instanceof Change.NodeDown c) {
            return c.node() + " is down: " + why(c);
        } else if (change instanceof Change.NodeRefuses c) {
            return c.node() + " answers, and refuses something: " + c.refused().text();
        } else if (change instanceof Change.NodeRefusesNoMore c) {
            return c.node() + " refuses " + c.what() + " no more";
        } else if (change instanceof Change.ReplicaLate c) {
            return c.node() + " lags by at least " + Words.of(c.lag()) + ", more than max-lag of "
                    + Words.of(c.maxLag()) + ", and gets no reads";
        } else if (change instanceof Change.ReplicaCaughtUp c) {
            return c.node() + " has caught up and gets reads again";
        } else if (change instanceof Change.ReplicaUnlinked c) {
            return c.node() + " is up and has lost its primary: it does not receive what is written to " + c.primary()
                    + ", and gets no reads";
        } else if (change instanceof Change.ReplicaLinked c) {
            return c.node() + " receives what is written again";
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
