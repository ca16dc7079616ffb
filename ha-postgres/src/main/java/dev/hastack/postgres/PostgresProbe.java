package dev.hastack.postgres;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Role;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks one PostgreSQL server for its role, system identifier, timeline and position, in one round trip, with the rights
 * of any user.
 *
 * <p>The timeline of a primary is the first eight digits of its current WAL file's name; {@code
 * pg_control_checkpoint()} would be the last checkpoint's, minutes old after a promotion. That of a replica is the
 * greatest of what its WAL receiver streams (visible with pg_read_all_stats), the minimum recovery end's, and its last
 * restartpoint's: all are of histories that it has replayed, and the first alone is never late. A primary
 * that the server's configuration makes read-only counts as a replica; a user whose own settings say so does not make
 * it one.
 */
final class PostgresProbe implements Probe {
    private static final String CONNECTION_CLOSED = "08003";
    private static final String QUERY = """
            SELECT pg_is_in_recovery()
              OR coalesce(CASE WHEN current_setting('default_transaction_read_only') = 'on' THEN
                   (SELECT source NOT IN ('user', 'database', 'database user', 'client', 'session')
                      FROM pg_settings WHERE name = 'default_transaction_read_only') END, false),
              (SELECT system_identifier FROM pg_control_system()),
              CASE WHEN pg_is_in_recovery()
                THEN greatest((SELECT received_tli FROM pg_stat_wal_receiver),
                              (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                              (SELECT timeline_id FROM pg_control_checkpoint()))
                ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END,
              CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                ELSE pg_current_wal_insert_lsn() END - '0/0'::pg_lsn,
              CASE WHEN pg_is_in_recovery() THEN 0 ELSE (SELECT count(*) FROM pg_stat_replication) END""";

    private final ProbeConnection connection;

    PostgresProbe(ProbeConnection connection) {
        this.connection = connection;
    }

    @Override
    public Answer ask() throws SQLException {
        if (connection.open()) {
            return query(connection.get());
        }
        try {
            return query(connection.get());
        } catch (SQLException e) {
            // A connection may end alone, by an administrator, a firewall or our own abort. The node decides: ask anew.
            if (ended(e) && !connection.aborted()) {
                connection.open();
                return query(connection.get());
            }
            throw e;
        }
    }

    private static boolean ended(SQLException e) {
        Optional<Kind> kind = PostgresErrors.kind(e);
        return kind.equals(Optional.of(Kind.NETWORK)) || kind.equals(Optional.of(Kind.SHUTTING_DOWN));
    }

    private Answer query(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            if (!row.next()) {
                throw new SQLException("the probe got no row");
            }
            Role role = row.getBoolean(1) ? Role.REPLICA : Role.PRIMARY;
            long timeline = row.getLong(3);
            return new Answer(
                    role,
                    Optional.of(row.getString(2)),
                    timeline > 0 ? OptionalLong.of(timeline) : OptionalLong.empty(),
                    role == Role.PRIMARY ? Positions.written(row.getLong(4)) : row.getLong(4),
                    row.getInt(5));
        } catch (SQLException e) {
            close();
            // "Closed" says nothing when a caller sees it; of the probe's own connection it says that it broke.
            throw CONNECTION_CLOSED.equals(e.getSQLState()) ? new SQLException(e.getMessage(), "08006", e) : e;
        }
    }

    @Override
    public void arm() {
        connection.arm();
    }

    @Override
    public void abort() {
        connection.abort();
    }

    @Override
    public void close() {
        connection.close();
    }
}
