package dev.hastack.redis;

import dev.hastack.core.topology.Kind;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One server that is asked the same question again and again, over a connection that is kept, one question at a time. A question without an
 * answer is not given up: it may be asked on another connection as well, since the kept one may have died unseen; the first answer of
 * either counts, however late it comes. Used by one thread.
 */
final class Inquiry<T> {
    private final Supplier<? extends CompletionStage<StatefulRedisConnection<String, String>>> connector;
    private final Function<StatefulRedisConnection<String, String>, ? extends CompletionStage<T>> question;
    /** On the connection that is kept. */
    private @Nullable Attempt<T> kept;
    /** On one that was made since the kept one was silent. */
    private @Nullable Attempt<T> second;

    private boolean owes;
    private boolean connects;
    private Instant askedAt = Instant.MIN;
    private boolean heard;
    private Instant answeredAt = Instant.MIN;

    private record Attempt<T>(
            CompletableFuture<StatefulRedisConnection<String, String>> connection, CompletableFuture<T> answer) {
        boolean open() {
            return connection.isDone()
                    && !connection.isCompletedExceptionally()
                    && connection.join().isOpen();
        }

        boolean answered() {
            return answer.isDone() && !answer.isCompletedExceptionally();
        }

        boolean failed() {
            return answer.isCompletedExceptionally();
        }

        /** Whether it was waited for in vain, which is silence, and no word of the server's. */
        boolean inVain() {
            return failed()
                    && answer.handle((any, error) -> RedisErrors.kindOfProbe(error))
                            .join()
                            .equals(Optional.of(Kind.TIMEOUT));
        }

        void close() {
            CompletableFuture<Void> unused = connection.thenAccept(OwnConnections::close);
        }
    }

    Inquiry(
            Supplier<? extends CompletionStage<StatefulRedisConnection<String, String>>> connector,
            Function<StatefulRedisConnection<String, String>, ? extends CompletionStage<T>> question) {
        this.connector = connector;
        this.question = question;
    }

    /** Asks, unless an answer is owed; does not wait. */
    void ask(Instant now) {
        if (owes) {
            return;
        }
        Attempt<T> last = kept;
        owes = true;
        askedAt = now;
        connects = last == null || !last.open();
        if (last == null || connects) {
            close();
            kept = onNew();
        } else {
            kept = on(last.connection());
        }
    }

    /** Asks on a new connection, too, if an answer is owed on one that was there before. */
    void askElsewhere() {
        Attempt<T> first = kept;
        if (owes
                && !connects
                && second == null
                && first != null
                && !first.answer().isDone()) {
            second = onNew();
        }
    }

    private Attempt<T> onNew() {
        return on(connector.get().toCompletableFuture());
    }

    private Attempt<T> on(CompletableFuture<StatefulRedisConnection<String, String>> connection) {
        return new Attempt<>(connection, connection.thenCompose(question));
    }

    /** Waits for what is owed, for so long at most; whether anything has ended. */
    boolean await(Duration atMost) throws InterruptedException {
        CompletableFuture<?>[] all = Stream.of(Optional.ofNullable(kept), Optional.ofNullable(second))
                .flatMap(Optional::stream)
                .map(Attempt::answer)
                .toArray(CompletableFuture[]::new);
        try {
            Object unused = CompletableFuture.anyOf(all).get(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
        return true;
    }

    /** What has come of the question, done; empty while the answer is owed, or if it was taken before. */
    Optional<CompletableFuture<T>> outcome() {
        Attempt<T> first = kept;
        if (!owes || first == null) {
            return Optional.empty();
        }
        Attempt<T> other = second;
        if (first.answered()) {
            end(first, other);
            return Optional.of(first.answer());
        } else if (other != null && other.answered()) {
            end(other, first);
            return Optional.of(other.answer());
        } else if (other != null && other.failed()) {
            second = null;
            other.close();
            if (!other.inVain()) {
                return failed(other);
            }
        } else if (first.failed() && other != null) {
            first.close();
            kept = other;
            second = null;
        } else if (first.inVain()) {
            first.close();
            kept = onNew();
        } else if (first.failed()) {
            return failed(first);
        }
        return Optional.empty();
    }

    private Optional<CompletableFuture<T>> failed(Attempt<T> attempt) {
        close();
        owes = false;
        heard = true;
        return Optional.of(attempt.answer());
    }

    private void end(Attempt<T> with, @Nullable Attempt<T> without) {
        owes = false;
        heard = true;
        answeredAt = askedAt;
        kept = with;
        second = null;
        if (without != null) {
            without.close();
        }
    }

    /** When it was asked what it was asked last. */
    Instant askedAt() {
        return askedAt;
    }

    boolean owes() {
        return owes;
    }

    /** When it was asked what it has answered last; long ago if it never has. */
    Instant answeredAt() {
        return answeredAt;
    }

    /** Whether a connection has to be made first, which may take as long as a connect may. */
    boolean connects() {
        return connects;
    }

    /** Whether it has ever answered, or failed by itself. */
    boolean everHeard() {
        return heard;
    }

    /** Whether it has answered what it was asked then or later; to refuse a connection is no answer. */
    boolean answeredSince(Instant since) {
        return !answeredAt.isBefore(since);
    }

    /** Asks something else on the kept connection. */
    <R> CompletableFuture<R> also(
            Function<StatefulRedisConnection<String, String>, ? extends CompletionStage<R>> another) {
        Attempt<T> on = kept;
        return on == null
                ? CompletableFuture.failedFuture(new IllegalStateException("not connected"))
                : on.connection().thenCompose(another);
    }

    /** Ends the connections; the next question opens another. */
    void close() {
        Stream.of(Optional.ofNullable(kept), Optional.ofNullable(second))
                .flatMap(Optional::stream)
                .forEach(Attempt::close);
        kept = null;
        second = null;
    }
}
