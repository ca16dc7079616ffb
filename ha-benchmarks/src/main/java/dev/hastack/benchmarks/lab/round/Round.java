package dev.hastack.benchmarks.lab.round;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One client and one fault on healthy servers.
 *
 * @param patience how long a first write is waited for
 */
public record Round<S extends Servers>(Client<S, Session> client, Fault<S, Session> fault, Duration patience) {
    private static final int BEFORE = 300;
    private static final int AFTER = 200;
    private static final Duration HEALTHY = Duration.ofSeconds(30);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    /** {@link Pace#around} of such rounds. */
    public static final Duration AROUND = Duration.ofSeconds(4);

    /** Plays it. */
    public Outcome run(S servers) throws Exception {
        servers.reset();
        S reached = fault.reachedBy(servers);
        Session session = client.open(reached);
        try {
            Load load = new Load(session, new AtomicLong(), Duration.ZERO);
            Fault.Moments moments;
            Recording recording;
            try {
                if (!load.await(BEFORE, HEALTHY)) {
                    throw new IllegalStateException(client.id() + " does not write and read on healthy servers");
                }
                moments = fault.strike(reached, session);
                // In vain as well: then the outcome says so.
                boolean unused = load.await(AFTER, patience);
            } finally {
                recording = load.stop();
            }
            return Outcome.of(moments, recording, servers.stored());
        } finally {
            close(session);
        }
    }

    /** On a thread of its own: a pool whose server hangs may take minutes, and healing frees it. */
    private static void close(Session session) throws InterruptedException {
        Thread closing = new Thread(session::close, "close");
        closing.setDaemon(true);
        closing.start();
        closing.join(CLOSING.toMillis());
    }
}
