package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.PGConnection;

/**
 * Those physical connections of a pool that may be sessions of a standby. PostgreSQL reports {@code in_hot_standby} to
 * every session at its start, and again when it goes from on to off, once, at a promotion; it never goes back. So a
 * session that said off is of a primary for as long as it lives, and needs no look ever after, which keeps the driver's
 * map of parameters off the hot path. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-5.
 */
final class StandbySessions {
    private static final String IN_HOT_STANDBY = "in_hot_standby";

    private final Set<Connection> sessions = ConcurrentHashMap.newKeySet();
    private final RoleReports reports;

    StandbySessions(RoleReports reports) {
        this.reports = reports;
    }

    /** Has to see every connection before it is lent. */
    void opened(Connection connection) throws SQLException {
        for (Iterator<Connection> all = sessions.iterator(); all.hasNext(); ) {
            if (all.next().isClosed()) {
                all.remove();
            }
        }
        if (!reports.mislead() && connection instanceof PGConnection session && isOnStandby(session)) {
            sessions.add(connection);
        }
    }

    /** Whether every session is known to be of a primary. */
    boolean none() {
        return sessions.isEmpty();
    }

    /** Whether this session, as far as it has been told, is of a primary. */
    boolean isOnPrimary(PGConnection session) {
        return promoted(session) || !isOnStandby(session);
    }

    /** Whether this session was of a standby and turns out to be of a primary now; true once. */
    boolean promoted(PGConnection session) {
        return !isOnStandby(session) && session instanceof Connection connection && sessions.remove(connection);
    }

    /** The server says that it is a primary, whatever a session says: nothing that any session of its says counts any more. */
    void contradicted() {
        reports.contradicted();
        sessions.clear();
    }

    private static boolean isOnStandby(PGConnection session) {
        return "on".equals(session.getParameterStatus(IN_HOT_STANDBY));
    }
}
