package dev.hastack.core.health;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * What others have to say in a store's health: each by its name, the last of a name counts. One that throws costs its own
 * words alone. Thread-safe.
 */
public final class Reports {
    private final Map<String, Report> reports = new ConcurrentSkipListMap<>();

    /** Another one each time: the same supplier may come twice. */
    private static final class Report {
        private final Supplier<String> words;

        Report(Supplier<String> words) {
            this.words = words;
        }
    }

    /**
     * Adds one, until the handle is closed; closing it takes away nothing that came later under the same name.
     *
     * @param words asked for at each look at health; must not block
     */
    public AutoCloseable add(String name, Supplier<String> words) {
        Report own = new Report(words);
        reports.put(name, own);
        return () -> reports.remove(name, own);
    }

    /** This health with the words of all reports at the end of its summary, in the order of their names. */
    public StoreHealth addedTo(StoreHealth health) {
        StringBuilder summary = new StringBuilder(health.summary());
        reports.forEach((name, report) -> summary.append("; ").append(said(name, report.words)));
        return new StoreHealth(health.store(), health.health(), summary.toString(), health.nodes());
    }

    private static String said(String name, Supplier<String> words) {
        try {
            return words.get();
        } catch (RuntimeException e) {
            return name + ": its report failed: " + e;
        }
    }
}
