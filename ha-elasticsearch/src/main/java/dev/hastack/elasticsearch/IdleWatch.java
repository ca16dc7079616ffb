package dev.hastack.elasticsearch;

import dev.hastack.core.monitor.DeathWatch;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An idle connection to a node, which ends when that dies.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-20.
 */
final class IdleWatch implements DeathWatch {
    private final Supplier<HttpConnection> connections;
    private volatile @Nullable HttpConnection connection;
    private volatile boolean aborted;

    IdleWatch(Supplier<HttpConnection> connections) {
        this.connections = connections;
    }

    @Override
    public void connect() throws IOException {
        HttpConnection made = connections.get();
        connection = made;
        if (aborted) {
            close();
        }
        made.connect();
    }

    @Override
    public void await() throws IOException {
        HttpConnection made = connection;
        if (made != null) {
            made.awaitEnd();
        }
    }

    @Override
    public void arm() {
        aborted = false;
    }

    @Override
    public void abort() {
        aborted = true;
        close();
    }

    @Override
    public void close() {
        HttpConnection old = connection;
        if (old != null) {
            connection = null;
            old.close();
        }
    }
}
