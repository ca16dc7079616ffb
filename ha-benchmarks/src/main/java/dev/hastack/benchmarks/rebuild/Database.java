package dev.hastack.benchmarks.rebuild;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the publication is made from. Whoever writes an entry writes it here first.
 *
 * @param documents how many entries there are from the start, in version 0
 * @param written the versions of those that were written since, new ones among them
 */
record Database(int documents, Map<Integer, Long> written, AtomicLong versions) {

    Database(int documents) {
        this(documents, new ConcurrentHashMap<>(), new AtomicLong());
    }

    /** The next version of an entry. */
    Entry write(int number) {
        long version = versions.incrementAndGet();
        written.put(number, version);
        return Entry.of(number, version);
    }

    /** How many entries there may be: a tenth more than from the start. */
    int most() {
        return documents + documents / 10 + 1;
    }

    /** Each as it is when its turn comes. */
    Stream<Entry> read() {
        return IntStream.range(0, most())
                .filter(number -> number < documents || written.containsKey(number))
                .mapToObj(number -> Entry.of(number, written.getOrDefault(number, 0L)));
    }
}
