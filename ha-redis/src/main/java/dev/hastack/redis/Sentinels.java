package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.Machine;
import dev.hastack.core.monitor.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Asks every Sentinel whom it takes for the primary: once per interval, and more often while it matters. What one publishes
 * is only a hint to ask, as Redis's guide for clients wants it. Of several words the one of the greatest epoch counts: a
 * Sentinel that was cut off knows no better. Thread-safe.
 *
 * <p>Source: https://redis.io/docs/latest/develop/reference/sentinel-clients/.
 */
final class Sentinels implements AutoCloseable, Runnable {
    private static final Logger log = LoggerFactory.getLogger(Sentinels.class);
    private static final Duration URGENT = Duration.ofMillis(50);

    private final List<SentinelLink> links = new ArrayList<>();
    private final Duration interval;
    private final Duration timeout;
    private final Time time;
    private final Patience patience;
    private final Consumer<SentinelWord> listener;
    private final String master;
    private final SentinelNames names;
    private final SentinelLog told = new SentinelLog();
    private final Router router;
    private final Thread thread = new Thread(this, "ha-redis-sentinels-poll");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private boolean hinted;
    private boolean urgent;
    private volatile @Nullable SentinelWord word;
    private volatile boolean settled;
    private volatile boolean closed;

    /** @param listener told of every word that is as new as the newest; on a thread of this */
    Sentinels(
            RedisConfig.Sentinel config,
            NodeClients clients,
            SentinelNames names,
            Duration interval,
            Duration timeout,
            Duration connectTimeout,
            Time time,
            Machine machine,
            Consumer<SentinelWord> listener,
            Router router) {
        this.master = config.master();
        this.names = names;
        this.router = router;
        this.interval = interval;
        this.timeout = timeout;
        this.time = time;
        this.patience = new Patience(timeout, connectTimeout, machine);
        this.listener = listener;
        for (Address address : config.nodes()) {
            links.add(new SentinelLink(config.master(), address, clients, interval, this::published, told));
        }
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The newest word, if any Sentinel has answered. */
    Optional<SentinelWord> word() {
        return Optional.ofNullable(word);
    }

    /** Whether one has answered while all were given the time of a probe, or none does. */
    boolean settled() {
        return settled;
    }

    /** How many answered last time. */
    long answering() {
        return links.stream().filter(SentinelLink::answered).count();
    }

    /** Why one did not answer last time, if any did not. */
    Optional<String> failure() {
        return links.stream().flatMap(link -> link.failure().stream()).findFirst();
    }

    int count() {
        return links.size();
    }

    private void published(String channel, String message, Address sentinel) {
        hint();
        String[] words = message.split(" ");
        if (!Arrays.asList(words).contains(master)) {
            return;
        }
        // slave <name> <ip> <port> @ <master> <ip> <port>
        if (channel.equals("+selected-slave") && words.length > 3) {
            Address successor = new Address(words[2], Integer.parseInt(words[3]));
            router.announced(successor, names.at(successor), sentinel.toString());
        } else if (channel.startsWith("-failover-abort")) {
            router.givenUp();
        }
    }

    /** Ask now. */
    void hint() {
        lock.lock();
        try {
            hinted = true;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ask often, while there is no primary. */
    void urgent(boolean now) {
        lock.lock();
        try {
            if (now && !urgent) {
                wake.signalAll();
            }
            urgent = now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        boolean go = true;
        while (go) {
            go = round();
        }
        links.forEach(SentinelLink::close);
    }

    /** False if this was closed. */
    private boolean round() {
        try {
            try {
                ask();
            } catch (RuntimeException | Error e) {
                log.atLevel(closed ? Level.DEBUG : Level.ERROR)
                        .setCause(e)
                        .log("asking the Sentinels failed and goes on");
            }
            rest();
        } catch (InterruptedException e) {
            log.debug("{}: interrupted", thread.getName());
        }
        return !closed;
    }

    private void ask() throws InterruptedException {
        Instant begin = time.now();
        Instant until = begin.plus(timeout);
        links.forEach(link -> link.ask(begin));
        for (SentinelLink link : links) {
            Inquiry<?> inquiry = link.inquiry();
            // One that was slower than a round is not waited for in the next: the others' words would come later.
            if (inquiry.askedAt().equals(begin)) {
                boolean unused = inquiry.await(Duration.between(time.now(), until));
            }
        }
        Instant now = time.now();
        patience.late(until, now);
        for (SentinelLink link : links) {
            boolean owed = link.inquiry().owes();
            link.answer(now).ifPresent(this::take);
            if (owed && !link.inquiry().owes()) {
                patience.heard(link.inquiry(), now);
            }
        }
        List<Inquiry<SentinelWord>> all =
                links.stream().map(SentinelLink::inquiry).toList();
        for (SentinelLink link : links) {
            Inquiry<?> inquiry = link.inquiry();
            inquiry.askElsewhere();
            if (inquiry.owes() && patience.isOver(inquiry, all, now)) {
                link.silent(Duration.between(inquiry.askedAt(), now));
            }
        }
        told.tell();
        settled |= word != null || links.stream().allMatch(SentinelLink::judged);
    }

    private void take(SentinelWord said) {
        SentinelWord before = word;
        if (before == null || said.epoch() >= before.epoch()) {
            SentinelWord next = said.knowing(before);
            word = next;
            listener.accept(next);
        }
    }

    private void rest() throws InterruptedException {
        lock.lock();
        try {
            long left = interval.toNanos();
            long urgentLeft = URGENT.toNanos();
            while (!closed && !hinted && left > 0 && (!urgent || urgentLeft > 0)) {
                long before = System.nanoTime();
                long planned = urgent ? urgentLeft : left;
                wake.awaitNanos(planned);
                long waited = System.nanoTime() - before;
                patience.late(time.now().minusNanos(waited - planned), time.now());
                left -= waited;
                urgentLeft -= waited;
            }
            hinted = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(timeout.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
