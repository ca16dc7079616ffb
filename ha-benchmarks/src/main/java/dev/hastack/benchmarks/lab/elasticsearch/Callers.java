package dev.hastack.benchmarks.lab.elasticsearch;

import dev.hastack.benchmarks.lab.elasticsearch.Call.Lane;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers who come at a fixed pace, whether those before them have been served or not, as users do: while calls do not
 * return, they pile up.
 */
final class Callers {
    private static final int PER_SECOND = 100;
    /** Of each lane, at the same time; who comes when all are waiting is sent away, and not counted. */
    private static final int MOST = 64;

    private static final Duration LAST_CALLS = Duration.ofSeconds(2);

    private final Searching session;
    private final Map<Lane, ThreadPoolExecutor> threads = new EnumMap<>(Lane.class);
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    /** As if they had ended when they began. */
    private final Map<Long, Call> underWay = new ConcurrentHashMap<>();

    private final AtomicLong ids = new AtomicLong();
    private volatile boolean stopped;

    /** They begin to come at once. */
    Callers(Searching session) {
        this.session = session;
        for (Lane lane : Lane.values()) {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    0,
                    MOST,
                    1,
                    TimeUnit.MINUTES,
                    new SynchronousQueue<>(),
                    Callers::thread,
                    new ThreadPoolExecutor.DiscardPolicy());
            threads.put(lane, pool);
        }
        thread(this::come).start();
    }

    /** One of each lane after the other. */
    private void come() {
        long pause = TimeUnit.SECONDS.toNanos(1) / PER_SECOND / Lane.values().length;
        long due = System.nanoTime();
        while (!stopped) {
            for (Map.Entry<Lane, ThreadPoolExecutor> lane : threads.entrySet()) {
                lane.getValue().execute(() -> call(lane.getKey()));
                due += pause;
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
            }
        }
    }

    /** A call that hangs must not keep the program. */
    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "caller");
        thread.setDaemon(true);
        return thread;
    }

    private void call(Lane lane) {
        long id = ids.incrementAndGet();
        long begin = System.nanoTime();
        underWay.put(id, new Call(lane, id, begin, begin, Optional.of("no end")));
        Optional<String> failure = Optional.empty();
        try {
            if (lane.writes()) {
                session.write(lane.publication(), id);
            } else {
                session.search(lane.publication(), id);
            }
        } catch (IOException | RuntimeException e) {
            failure = Optional.of(e.toString());
        }
        // Not if the end came first.
        if (underWay.remove(id) != null) {
            calls.add(new Call(lane, id, begin, System.nanoTime(), failure));
        }
    }

    /** Whether calls of every sort have succeeded. */
    boolean allServed() {
        return calls.stream().filter(Call::succeeded).map(Call::lane).distinct().count() == Lane.values().length;
    }

    /** Lets nobody come any more, and gives up who is still waiting after a while. */
    List<Call> stop() throws InterruptedException {
        stopped = true;
        threads.values().forEach(ThreadPoolExecutor::shutdown);
        long begin = System.nanoTime();
        for (ThreadPoolExecutor pool : threads.values()) {
            boolean unused =
                    pool.awaitTermination(begin + LAST_CALLS.toNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        List<Call> all = new ArrayList<>();
        underWay.values().removeIf(hanging -> {
            all.add(new Call(hanging.lane(), hanging.id(), hanging.begin(), System.nanoTime(), hanging.failure()));
            return true;
        });
        all.addAll(calls);
        return all;
    }
}
