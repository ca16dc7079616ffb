package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Those connections of a pool that a borrower may have left otherwise than it got them. What a caller leaves in a session must
 * not hurt the next one: a session left read-only would refuse all its writes. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-15.
 */
final class LeftSessions {
    private final Consumer<SQLException> errors;
    private final Set<NodeConnection> sessions = ConcurrentHashMap.newKeySet();

    /** @param errors told why a connection could not be put back */
    LeftSessions(Consumer<SQLException> errors) {
        this.errors = errors;
    }

    void add(NodeConnection session) {
        sessions.add(session);
    }

    /** Before a borrowed connection is lent: false if it cannot be made what it was. */
    boolean putBack(Connection borrowed) throws SQLException {
        return sessions.isEmpty() || putBackIfLeft(borrowed);
    }

    private boolean putBackIfLeft(Connection borrowed) throws SQLException {
        sessions.removeIf(LeftSessions::isClosed);
        if (!borrowed.isWrapperFor(NodeConnection.class)) {
            return true;
        }
        NodeConnection session = borrowed.unwrap(NodeConnection.class);
        if (sessions.remove(session)) {
            try {
                session.putBack();
            } catch (SQLException e) {
                errors.accept(e);
                return false;
            }
        }
        return true;
    }

    private static boolean isClosed(NodeConnection session) {
        try {
            return session.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }
}
