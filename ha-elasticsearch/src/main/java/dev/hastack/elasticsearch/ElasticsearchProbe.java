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
 * may be refused, by rights or by what stands before the node, and costs what it asks for alone, as long as any is answered.
 */
final class ElasticsearchProbe implements Probe {
    private static final int NOT_READY = 503;

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
        self = NodeInfo.UNKNOWN;
        try {
            Facts facts = facts(connected());
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

    private HttpConnection connected() throws IOException {
        HttpConnection made = connections.get();
        connection = made;
        if (aborted) {
            close();
        }
        made.connect();
        return made;
    }

    /** Another connection where the last answer was to be the last on this one, as it is often with a proxy's errors. */
    private HttpConnection open(HttpConnection last) throws IOException {
        if (last.open()) {
            return last;
        }
        close();
        return connected();
    }

    private Facts facts(HttpConnection to) throws IOException {
        Questions questions = new Questions(to, this::open, signOfLife);
        boolean known = !self.id().isEmpty();
        if (!known) {
            self = questions.named().orElse(self);
        }
        Optional<NodeInfo> info = questions.ask(NodeInfo.CLUSTER, "GET /_cluster/state", self::in);
        if (info.isEmpty()) {
            info = questions.ask(NodeInfo.MAIN, "GET /", self::of);
        }
        if (info.isEmpty() && known) {
            // Whether it answers anything at all.
            Optional<NodeInfo> unused = questions.named();
        }
        questions.failWhereNoneIsAnswered();
        return new Facts(info.orElseGet(() -> self.remembered(cluster)), questions.refused());
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
