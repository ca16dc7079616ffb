package dev.hastack.elasticsearch;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.topology.Role;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a node for the nodes of its cluster as it knows them: no other node has to be asked for that, and no privilege but monitor. */
final class ElasticsearchProbe implements Probe {
    private static final int NOT_READY = 503;

    private final Supplier<HttpConnection> connections;
    private final Consumer<NodeInfo> informed;
    private final ProbeClock clock;
    private volatile @Nullable HttpConnection connection;
    private @Nullable NodeInfo self;
    private volatile boolean aborted;

    /** Since when an answer is owed; read by callers whose requests have none either. */
    static final class ProbeClock {
        private volatile long askedAt;
        private volatile long answeredAt;

        /** For how many ns the node has owed an answer to its probe, and said nothing else either; 0 if it owes none. */
        long owed(long now) {
            long asked = askedAt;
            return asked == 0 ? 0 : Math.min(now - asked, now - answeredAt);
        }

        void asked() {
            long now = System.nanoTime();
            answeredAt = now;
            askedAt = now | 1;
        }

        /** A caller has had an answer of the node's: it is no more than late. */
        void answered() {
            if (askedAt != 0) {
                answeredAt = System.nanoTime();
            }
        }
    }

    /** @param informed told of every answer */
    ElasticsearchProbe(Supplier<HttpConnection> connections, Consumer<NodeInfo> informed, ProbeClock clock) {
        this.connections = connections;
        this.informed = informed;
        this.clock = clock;
    }

    @Override
    public Answer ask() throws Exception {
        clock.asked();
        NodeInfo info;
        try {
            info = info();
        } finally {
            if (!aborted) {
                // Answered, or failed at once: an aborted one is still owed.
                clock.askedAt = 0;
            }
        }
        String cluster = info.joined()
                .orElseThrow(() -> new NodeRefusedException(NOT_READY, "it has not joined its cluster yet"));
        informed.accept(info);
        return new Answer(Role.PEER, java.util.Optional.of(cluster), OptionalLong.empty(), 0, 0);
    }

    private NodeInfo info() throws IOException {
        HttpConnection kept = connection;
        if (kept != null && kept.open()) {
            try {
                return ask(kept);
            } catch (NodeRefusedException e) {
                throw e;
            } catch (IOException e) {
                if (aborted) {
                    throw e;
                }
            }
        }
        close();
        HttpConnection made = connections.get();
        connection = made;
        if (aborted) {
            close();
        }
        made.connect();
        self = NodeInfo.self(body(made.get(NodeInfo.SELF)));
        return ask(made);
    }

    private NodeInfo ask(HttpConnection to) throws IOException {
        NodeInfo known = self;
        if (known == null) {
            throw new IOException("not asked yet who it is");
        }
        return known.in(body(to.get(NodeInfo.CLUSTER)));
    }

    private static String body(HttpConnection.Reply reply) throws IOException {
        if (reply.status() == 200) {
            return reply.body();
        }
        String denied = reply.status() == 401 || reply.status() == 403
                ? " (the user or API key of ha.elasticsearch needs the cluster privilege monitor)"
                : "";
        throw new NodeRefusedException(
                reply.status(),
                "HTTP " + reply.status() + denied + ": "
                        + reply.body().substring(0, Math.min(300, reply.body().length())));
    }

    @Override
    public void arm() {
        aborted = false;
    }

    @Override
    public void abort() {
        aborted = true;
        close();
    }

    @Override
    public void close() {
        HttpConnection old = connection;
        if (old != null) {
            connection = null;
            old.close();
        }
    }
}
