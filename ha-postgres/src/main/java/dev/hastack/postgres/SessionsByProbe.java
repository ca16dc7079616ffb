package dev.hastack.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a node what it does for connections that wait for an answer, on the connection that its probe has, where the node lets no other in.
 * One question at a time, and its answer is taken once. For one node; thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-40.
 */
final class SessionsByProbe {
    private static final Logger log = LoggerFactory.getLogger(SessionsByProbe.class);

    /** A probe that has not asked by then is not let in itself, or waits for an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** @param waits which wait each of these sockets was in */
    private record Question(Map<NodeSocket, Long> waits, Deadline patience) {}

    /**
     * What the node has said.
     *
     * @param waits which wait each socket was in when the question was put
     * @param states by process, as {@link SessionStates} has them
     * @param holds until when that shows that the node answers
     */
    record Word(Map<NodeSocket, Long> waits, Map<Integer, String> states, Deadline holds) {
        /** What the server did in this wait of the socket; empty if that was not asked. */
        Optional<String> of(NodeSocket socket) {
            return Optional.ofNullable(waits.get(socket))
                    .filter(socket::waitsSince)
                    .map(wait -> states.getOrDefault(socket.pid(), SessionStates.IDLE));
        }
    }

    private final AtomicReference<@Nullable Question> question = new AtomicReference<>();
    private final AtomicReference<@Nullable Word> word = new AtomicReference<>();

    /** Has the probe ask for these when it asks next, instead of what it has not asked yet. */
    void ask(Collection<NodeSocket> sockets) {
        Map<NodeSocket, Long> waits = sockets.stream()
                .distinct()
                .collect(Collectors.toUnmodifiableMap(socket -> socket, NodeSocket::askedAt));
        question.set(new Question(waits, Deadline.in(PATIENCE)));
    }

    /** Whether the probe may be expected to ask soon. */
    boolean pending() {
        Question open = question.get();
        return open != null && !open.patience().passed();
    }

    /** Whether the probe was to ask, and has not. */
    boolean lapsed() {
        Question open = question.get();
        return open != null && open.patience().passed();
    }

    /** Returns what the node has said since the last call, and just now, if anything. */
    Optional<Word> take() {
        return Optional.ofNullable(word.getAndSet(null))
                .filter(said -> !said.holds().passed());
    }

    /** Asks what there is to ask. Called by the probe, which has had its own answer; whatever fails here says nothing against that. */
    void askOn(ProbeConnection connection, ProbeSettings settings) {
        Question open = question.getAndSet(null);
        if (open == null) {
            return;
        }
        try {
            Map<Integer, String> states = SessionStates.of(
                    connection.get(),
                    settings,
                    open.waits().keySet().stream().map(NodeSocket::pid).toList());
            word.set(new Word(open.waits(), states, Deadline.in(PATIENCE)));
        } catch (SQLException | RuntimeException e) {
            log.debug("the probe could not ask what the server does for its sessions", e);
            // Whether it is of any use is the next question's.
            connection.close();
        }
    }
}
