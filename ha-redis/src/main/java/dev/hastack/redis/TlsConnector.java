package dev.hastack.redis;

import dev.hastack.core.monitor.TlsDoubt;
import dev.hastack.core.monitor.TlsFault;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Connects to a server, and where that fails, finds out whether it is since one of the two sides does not speak TLS. Thread-safe. */
final class TlsConnector implements Supplier<CompletionStage<StatefulRedisConnection<String, String>>> {
    /** The server is greeted by a thread that may wait, and seldom. */
    private static final Executor THREAD = task -> {
        Thread thread = new Thread(task, "ha-redis-tls-doubt");
        thread.setDaemon(true);
        thread.start();
    };

    private final Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector;
    private final TlsDoubt doubt;

    TlsConnector(Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector, TlsDoubt doubt) {
        this.connector = connector;
        this.doubt = doubt;
    }

    /** Fails with a {@link TlsFault} if it is. */
    @Override
    public CompletionStage<StatefulRedisConnection<String, String>> get() {
        return connector
                .get()
                .toCompletableFuture()
                .thenApply(made -> {
                    doubt.connected();
                    return made;
                })
                .exceptionallyCompose(error -> RedisErrors.mayBeOfTls(error)
                        ? CompletableFuture.supplyAsync(() -> doubted(error), THREAD)
                        : CompletableFuture.failedFuture(error));
    }

    private StatefulRedisConnection<String, String> doubted(Throwable error) {
        doubt.failed();
        try {
            doubt.check();
        } catch (TlsFault fault) {
            throw new CompletionException(fault);
        }
        throw new CompletionException(error);
    }
}
