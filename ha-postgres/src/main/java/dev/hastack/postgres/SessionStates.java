package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** What a server does for sessions of ha-stack's, as {@code pg_stat_activity} says. */
final class SessionStates {
    /** The server does not say. */
    static final String UNKNOWN = "unknown";

    /** It has no such session. */
    static final String IDLE = "idle";

    private static final Set<String> NOTHING_TO_DO =
            Set.of(IDLE, "idle in transaction", "idle in transaction (aborted)");

    private SessionStates() {}

    /** Whether a session in this state waits for its client. */
    static boolean nothingToDo(String state) {
        return NOTHING_TO_DO.contains(state);
    }

    /**
     * Asks for the states of these processes. One that the server does not have is missing; all are {@link #UNKNOWN} behind a pooler, whose
     * processes are not the server's, and where the role may not ask.
     */
    static Map<Integer, String> of(Connection connection, ProbeSettings settings, Collection<Integer> pids)
            throws SQLException {
        String list = pids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        Map<Integer, String> states = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = settings.rows(
                        statement,
                        "SELECT pid, coalesce(state, '" + UNKNOWN + "'), pg_backend_pid() FROM pg_stat_activity"
                                + " WHERE pid = ANY('" + list + "') OR pid = pg_backend_pid()")) {
            while (row.next()) {
                states.put(row.getInt(1), row.getString(2));
            }
        } catch (SQLException e) {
            if (!PostgresProbe.isRefusal(e)) {
                throw e;
            }
            return unknown(pids);
        }
        boolean direct =
                states.containsKey(connection.unwrap(PGConnection.class).getBackendPID());
        return direct ? states : unknown(pids);
    }

    private static Map<Integer, String> unknown(Collection<Integer> pids) {
        return pids.stream().distinct().collect(Collectors.toMap(pid -> pid, pid -> UNKNOWN));
    }
}
