package dev.hastack.postgres;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the sessions of one node are to be believed when they say that their server is a standby. A pooler in between tells
 * every client what the server said when the pooler's own first connection was made: PgBouncer in transaction mode goes on saying
 * {@code in_hot_standby=on} after a promotion. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-6.
 */
final class RoleReports {
    private static final Logger log = LoggerFactory.getLogger(RoleReports.class);

    private final String node;
    private final AtomicBoolean contradicted = new AtomicBoolean();

    RoleReports(String node) {
        this.node = node;
    }

    /** Whether the server has contradicted a session of this node; then it is so for good. */
    boolean mislead() {
        return contradicted.get();
    }

    /** The server says that it is no standby, to a session that says that it is one. */
    void contradicted() {
        if (contradicted.compareAndSet(false, true)) {
            log.atWarn()
                    .addKeyValue("node", node)
                    .log(
                            "a session of {} was told in_hot_standby=on, but the server says that it is not in recovery: a pooler"
                                    + " (PgBouncer in transaction mode?) repeats what was true earlier; {}'s role is"
                                    + " taken from its probe alone from now on",
                            node,
                            node);
        }
    }
}
