package dev.hastack.benchmarks.lab.elasticsearch;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One client and one fault on a healthy cluster. */
record SearchRound(Client<ElasticsearchServers, Searching> client, Fault<ElasticsearchServers, Searching> fault) {
    private static final Duration HEALTHY = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private static final Duration WARM = Duration.ofSeconds(3);
    private static final Duration BEFORE = Duration.ofSeconds(10);
    /** How soon after the fault, or the node's return, load has to be even again. */
    private static final Duration EVEN = Duration.ofSeconds(2);

    private static final Duration AFTER = Duration.ofSeconds(6);
    private static final int CLOSING_MILLIS = 5_000;

    /** About how long a round takes besides the fault. */
    static final Duration AROUND = WARM.plus(BEFORE).plus(AFTER).plusSeconds(5);

    SearchOutcome run(ElasticsearchServers servers) throws Exception {
        servers.reset();
        Searching session = client.open(servers);
        Spans spans;
        List<Call> calls;
        Map<String, Long> even;
        Map<String, Long> last;
        try {
            Callers callers = new Callers(session);
            try {
                awaitService(callers);
                TimeUnit.NANOSECONDS.sleep(WARM.toNanos());
                long begin = System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(BEFORE.toNanos());
                long striking = System.nanoTime();
                long struck = fault.strike(servers, session).struck();
                long over = System.nanoTime();
                boolean mended = fault.mend(servers);
                TimeUnit.NANOSECONDS.sleep(EVEN.toNanos());
                long settled = mended ? System.nanoTime() : over;
                even = servers.requests();
                TimeUnit.NANOSECONDS.sleep(AFTER.minus(EVEN).toNanos());
                last = servers.requests();
                spans = new Spans(begin, striking, struck, over, settled, System.nanoTime());
            } finally {
                calls = callers.stop();
            }
        } finally {
            close(session);
        }
        // What a caller was given up for may still be stored, and by more than one node.
        servers.cluster().heal();
        servers.refresh();
        return SearchOutcome.of(
                calls, spans, Routes.busiest(even, last), servers.stored().primary(), servers.twice());
    }

    private void awaitService(Callers callers) {
        long begin = System.nanoTime();
        while (!callers.allServed()) {
            if (System.nanoTime() - begin > HEALTHY.toNanos()) {
                throw new IllegalStateException(client.id() + " does not search and write on a healthy cluster");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** On a thread of its own, which may take longer than anybody waits. */
    private static void close(Searching session) throws InterruptedException {
        Thread closing = new Thread(session::close, "close");
        closing.setDaemon(true);
        closing.start();
        closing.join(CLOSING_MILLIS);
    }
}
