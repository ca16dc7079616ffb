package dev.hastack.elasticsearch.publication;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a publication is rebuilt from, and how.
 *
 * @param source opened once, on the thread that rebuilds, and closed. It must not look at the database before it is opened: what is
 *     written after that reaches the new index by itself, what was written before must be in it. So a transaction of its
 *     own begins here.
 * @param id of the document that is made of an item
 * @param content the document that is made of an item
 * @param total how many there are, for the progress
 * @param listener hears of the progress, some times a second, on the thread that rebuilds
 * @param limits of the bulk; {@link BulkLimits#COPYING} unless said otherwise
 * @param replicasWithin how long the copies of the shards may take
 */
public record Rebuild<T>(
        Supplier<? extends Stream<? extends T>> source,
        Function<? super T, String> id,
        Function<? super T, ?> content,
        OptionalLong total,
        Consumer<RebuildProgress> listener,
        BulkLimits limits,
        Duration replicasWithin) {

    /** Items that are the documents themselves. */
    public static <T> Rebuild<T> of(Supplier<? extends Stream<? extends T>> source, Function<? super T, String> id) {
        return of(source, id, item -> item);
    }

    /** Items that documents are made of. */
    public static <T> Rebuild<T> of(
            Supplier<? extends Stream<? extends T>> source,
            Function<? super T, String> id,
            Function<? super T, ?> content) {
        return new Rebuild<>(
                source, id, content, OptionalLong.empty(), progress -> {}, BulkLimits.COPYING, Duration.ofMinutes(10));
    }

    /** What {@code source} iterates over then. */
    public static <T> Rebuild<T> of(Iterable<? extends T> source, Function<? super T, String> id) {
        return of(() -> StreamSupport.stream(source.spliterator(), false), id);
    }

    /** The same, with the number of documents known. */
    public Rebuild<T> withTotal(long documents) {
        return new Rebuild<>(source, id, content, OptionalLong.of(documents), listener, limits, replicasWithin);
    }

    /** The same, with its progress told. */
    public Rebuild<T> withListener(Consumer<RebuildProgress> hearing) {
        return new Rebuild<>(source, id, content, total, hearing, limits, replicasWithin);
    }

    /** The same, with other limits. */
    public Rebuild<T> withLimits(BulkLimits other) {
        return new Rebuild<>(source, id, content, total, listener, other, replicasWithin);
    }
}
