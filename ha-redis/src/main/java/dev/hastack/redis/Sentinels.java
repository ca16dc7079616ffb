package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import java.time.Duration;
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
    private final Consumer<SentinelWord> listener;
    private final String master;
    private final NodeClients clients;
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
            Duration interval,
            Duration timeout,
            Consumer<SentinelWord> listener,
            Router router) {
        this.master = config.master();
        this.clients = clients;
        this.router = router;
        this.interval = interval;
        this.timeout = timeout;
        this.listener = listener;
        for (Address address : config.nodes()) {
            links.add(new SentinelLink(config.master(), address, clients, this::published));
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

    /** Whether all were asked once, with or without an answer. */
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
            router.announced(successor, clients.node(successor), sentinel.toString());
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
    }

    /** False if this was closed. */
    private boolean round() {
        try {
            try {
                links.forEach(SentinelLink::ask);
                long until = System.nanoTime() + timeout.toNanos();
                for (SentinelLink link : links) {
                    link.answer(Duration.ofNanos(Math.max(0, until - System.nanoTime())))
                            .ifPresent(this::take);
                }
            } catch (RuntimeException | Error e) {
                log.atError().setCause(e).log("asking the Sentinels failed and goes on");
            }
            settled = true;
            rest();
        } catch (InterruptedException e) {
            log.debug("{}: interrupted", thread.getName());
        }
        return !closed;
    }

    private void take(SentinelWord said) {
        SentinelWord before = word;
        if (before == null || said.epoch() >= before.epoch()) {
            word = said;
            listener.accept(said);
        }
    }

    private void rest() throws InterruptedException {
        lock.lock();
        try {
            long left = interval.toNanos();
            long urgentLeft = URGENT.toNanos();
            while (!closed && !hinted && left > 0 && (!urgent || urgentLeft > 0)) {
                long before = System.nanoTime();
                wake.awaitNanos(urgent ? urgentLeft : left);
                long waited = System.nanoTime() - before;
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
        links.forEach(SentinelLink::close);
    }
}
