package dev.hastack.examples.demo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** When the servers themselves were away, so that callers of a kind had nobody to go to. Safe for use by many threads. */
final class Absences {

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Kind, List<Span>> over = new EnumMap<>(Kind.class);
    private final Map<Kind, Long> since = new EnumMap<>(Kind.class);

    Absences(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** From now on these kinds have no server; nothing changes for one that has none already. */
    void began(Set<Kind> kinds) {
        lock.lock();
        try {
            kinds.forEach(kind -> since.putIfAbsent(kind, nanoTime.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    /** From now on they have one. */
    void ended(Set<Kind> kinds) {
        lock.lock();
        try {
            for (Kind kind : kinds) {
                Long from = since.remove(kind);
                if (from != null) {
                    over.computeIfAbsent(kind, any -> new ArrayList<>()).add(new Span(from, nanoTime.getAsLong()));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether callers of this kind have no server now. */
    boolean lasts(Kind kind) {
        lock.lock();
        try {
            return since.containsKey(kind);
        } finally {
            lock.unlock();
        }
    }

    /** Returns all of this kind, with one that lasts until now. */
    List<Span> of(Kind kind) {
        lock.lock();
        try {
            List<Span> all = new ArrayList<>(over.getOrDefault(kind, List.of()));
            Long from = since.get(kind);
            if (from != null) {
                all.add(new Span(from, nanoTime.getAsLong()));
            }
            return all;
        } finally {
            lock.unlock();
        }
    }
}
