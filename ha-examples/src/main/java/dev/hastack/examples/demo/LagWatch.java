package dev.hastack.examples.demo;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the positions of all replicas again and again, while nothing is wrong with any server, on a thread of its own. */
final class LagWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LagWatch.class);
    private static final long BETWEEN_LOOKS_MILLIS = 200;
    private static final List<String> REPLICAS = List.of(Stores.STANDBY, Stores.DELIVERY);

    private final Stores stores;
    private final Map<String, Lags> lags = Map.of(Stores.POSTGRES, new Lags(), Stores.REDIS, new Lags());
    private final Thread thread = new Thread(this::look, "lags");
    private volatile boolean closed;

    private LagWatch(Stores stores) {
        this.stores = stores;
    }

    static LagWatch start(Stores stores) {
        LagWatch watch = new LagWatch(stores);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    /** Of each store that has replicas, by its name. */
    Map<String, Lags> lags() {
        return lags;
    }

    private void look() {
        try {
            while (!closed) {
                for (Map.Entry<String, Lags> store : lags.entrySet()) {
                    look(store.getKey(), store.getValue());
                }
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            }
        } catch (InterruptedException e) {
            // Closed.
        } catch (SQLException | RuntimeException e) {
            LOG.warn("the replicas' positions are not read any more", e);
        }
    }

    private void look(String store, Lags to) throws SQLException {
        to.primaryAt(stores.position(store, Stores.MAIN), Instant.now());
        for (String replica : REPLICAS) {
            to.replicaAt(replica, stores.position(store, replica), Instant.now());
        }
    }

    /** Returns when no server is asked any more. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
