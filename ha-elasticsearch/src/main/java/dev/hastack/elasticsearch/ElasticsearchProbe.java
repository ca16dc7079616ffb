package dev.hastack.elasticsearch;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.monitor.TlsDoubt;
import dev.hastack.core.monitor.TlsFault;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Role;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks a node for the nodes of its cluster as it knows them: no other node has to be asked for that, and no privilege but monitor. Each question
 * may be refused, by rights or by what stands before the node, and costs what it asks for alone.
 */
final class ElasticsearchProbe implements Probe {
    private static final int NOT_READY = 503;
    private static final int OF_A_BODY = 300;

    private final Supplier<HttpConnection> connections;
    private final Consumer<NodeInfo> informed;
    private final ProbeClock clock;
    private final NodeConnector.Identity identity;
    private final TlsDoubt doubt;
    /** Whether it is asked for writes, too. */
    private final boolean writable;

    private volatile @Nullable HttpConnection connection;
    private NodeInfo self = NodeInfo.UNKNOWN;
    /** As the node said last: where it refuses to say it again, it is the same. */
    private Optional<String> cluster = Optional.empty();

    private Runnable signOfLife = () -> {};
    private volatile boolean aborted;
    private @Nullable Map<String, String> shown;

    /** Since when an answer is owed; read by callers whose requests have none either. */
    static final class ProbeClock {
        private static final long WORTH_THE_NAME = 100_000_000L;

        private volatile long askedAt;
        private volatile long answeredAt;
        /** The last that was worth the name. */
        private volatile @Nullable Silence last;

        private record Silence(long from, long to) {
            /** Of the time since then. */
            long within(long since) {
                return to - Math.max(from - since, 0) - since;
            }
        }

        /** For how many ns the node has owed an answer to its probe, and said nothing else either; 0 if it owes none. */
        long owed(long now) {
            long asked = askedAt;
            return asked == 0 ? 0 : Math.min(now - asked, now - answeredAt);
        }

        /** Asked again, or on a second connection, since it is silent on the first, it owes its answer since it was asked first. */
        void asked() {
            if (askedAt == 0) {
                long now = System.nanoTime();
                answeredAt = now;
                askedAt = now | 1;
            }
        }

        /** For how many ns since then it owed an answer to its probe, and said nothing else, in one go. */
        long silence(long since, long now) {
            Silence before = last;
            long ended = before == null ? 0 : before.within(since);
            return Math.max(ended, Math.min(owed(now), now - since));
        }

        /** A caller has had an answer of the node's: it is no more than late. */
        void answered() {
            if (askedAt != 0) {
                long now = System.nanoTime();
                remember(now);
                answeredAt = now;
            }
        }

        /** The probe has had its answer. */
        private void ended() {
            remember(System.nanoTime());
            askedAt = 0;
        }

        private void remember(long now) {
            long owed = owed(now);
            if (owed >= WORTH_THE_NAME) {
                last = new Silence(now - owed, now);
            }
        }
    }

    /**
     * @param informed told of every answer
     * @param identity that the connections show
     * @param doubt whether the two sides agree on TLS
     * @param writable whether this stack may write, so that it matters where writes are refused
     */
    ElasticsearchProbe(
            Supplier<HttpConnection> connections,
            Consumer<NodeInfo> informed,
            ProbeClock clock,
            NodeConnector.Identity identity,
            TlsDoubt doubt,
            boolean writable) {
        this.connections = connections;
        this.informed = informed;
        this.clock = clock;
        this.identity = identity;
        this.doubt = doubt;
        this.writable = writable;
    }

    @Override
    public Answer ask() throws Exception {
        clock.asked();
        shown = identity.renewed();
        Facts facts;
        boolean owed = false;
        try {
            facts = facts();
        } catch (IOException e) {
            // What was waited for in vain is no answer; nor was there one on the other connection.
            owed = ElasticsearchErrors.kind(e).equals(Optional.of(Kind.TIMEOUT));
            throw e;
        } finally {
            if (!aborted && !owed) {
                // Answered, or failed at once: an aborted one is still owed.
                clock.ended();
            }
        }
        NodeInfo info = facts.info();
        if (info.alone()) {
            throw new NodeRefusedException(NOT_READY, "it has not joined its cluster yet");
        }
        cluster = info.joined();
        informed.accept(info);
        return new Answer(Role.PEER, info.joined(), OptionalLong.empty(), 0, 0)
                .refusing(Stream.concat(
                                facts.refused().stream(),
                                info.unwritable().filter(why -> writable).map(Refused::writes).stream())
                        .toList());
    }

    /** @param refused the questions to which there is no answer */
    private record Facts(NodeInfo info, List<Refused> refused) {}

    private Facts facts() throws IOException {
        HttpConnection kept = connection;
        if (kept != null && kept.open()) {
            try {
                return facts(kept);
            } catch (NodeRefusedException e) {
                throw e;
            } catch (IOException e) {
                if (aborted) {
                    throw e;
                }
            }
        }
        close();
        doubt.check();
        HttpConnection made = connections.get();
        connection = made;
        if (aborted) {
            close();
        }
        self = NodeInfo.UNKNOWN;
        try {
            made.connect();
            Facts facts = facts(made);
            doubt.connected();
            return facts;
        } catch (IOException e) {
            boolean told = e instanceof NodeRefusedException || e instanceof TlsFault || e instanceof ConnectException;
            if (!told) {
                doubt.failed();
            }
            throw e;
        }
    }

    private Facts facts(HttpConnection to) throws IOException {
        List<Refused> refused = new ArrayList<>();
        if (self.id().isEmpty()) {
            HttpConnection.Reply who = asked(to, NodeInfo.SELF);
            if (answers(who, "GET /_nodes/_local", refused)) {
                self = self.named(who.body());
            }
        }
        HttpConnection.Reply state = asked(to, NodeInfo.CLUSTER);
        if (answers(state, "GET /_cluster/state", refused)) {
            return new Facts(self.in(state.body()), refused);
        }
        HttpConnection.Reply main = asked(to, NodeInfo.MAIN);
        if (answers(main, "GET /", refused)) {
            return new Facts(self.of(main.body()), refused);
        }
        if (self.id().isEmpty() && Stream.of(state, main).noneMatch(HttpConnection.Reply::ofElasticsearch)) {
            // Nothing says that it is a node at all.
            throw refusal(main);
        }
        return new Facts(self.remembered(cluster), refused);
    }

    private HttpConnection.Reply asked(HttpConnection to, String question) throws IOException {
        HttpConnection.Reply reply = to.get(question);
        signOfLife.run();
        return reply;
    }

    /** Whether it answers this question; it may refuse that alone, unless it refuses whoever asks, or is not ready for any question. */
    private static boolean answers(HttpConnection.Reply reply, String question, List<Refused> refused)
            throws NodeRefusedException {
        if (reply.status() == 200) {
            return true;
        } else if (reply.status() == 401 || reply.status() / 100 != 4) {
            throw refusal(reply);
        }
        refused.add(Refused.fact(question, words(reply)));
        return false;
    }

    private static NodeRefusedException refusal(HttpConnection.Reply reply) {
        return new NodeRefusedException(reply.status(), words(reply));
    }

    private static String words(HttpConnection.Reply reply) {
        String denied = reply.status() == 401 || reply.status() == 403
                ? " (the user or API key of ha.elasticsearch needs the cluster privilege monitor)"
                : "";
        String body = reply.body().replaceAll("\\s+", " ");
        return "HTTP " + reply.status() + denied + ": " + body.substring(0, Math.min(OF_A_BODY, body.length()));
    }

    @Override
    public void onSignOfLife(Runnable listener) {
        signOfLife = listener;
    }

    @Override
    public boolean renewed() {
        return shown != null && identity.renewed() != shown;
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
