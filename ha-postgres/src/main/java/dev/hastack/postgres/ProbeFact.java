package dev.hastack.postgres;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a probe asks a server, one column each. The server may refuse each by itself, by a right that was revoked (42501) or a
 * function that it does not have (a service that is like PostgreSQL): then that fact is missing, and the others are not.
 *
 * <p>For the reasons, see docs/decisions.md, PG-7.
 */
enum ProbeFact {
    RECOVERING("pg_is_in_recovery", "pg_is_in_recovery()", "current_setting('in_hot_standby') = 'on'"),
    /** By what new transactions are read-only, or nothing: the server's configuration, or settings of the role or the database. */
    READ_ONLY("pg_settings", """
            CASE WHEN current_setting('default_transaction_read_only') = 'on' THEN
              (SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only') END""", "NULL"),
    IDENTITY("pg_control_system", "(SELECT system_identifier FROM pg_control_system())", "NULL"),
    RECEIVED_TIMELINE(
            "pg_stat_wal_receiver", "CASE WHEN %s THEN (SELECT received_tli FROM pg_stat_wal_receiver) END", "NULL"),
    RECOVERED_TIMELINE(
            "pg_control_recovery",
            "CASE WHEN %s THEN (SELECT min_recovery_end_timeline FROM pg_control_recovery()) END",
            "NULL"),
    /** The last checkpoint's, which on a primary may be minutes old: its own is the greater. */
    CHECKPOINT_TIMELINE("pg_control_checkpoint", "(SELECT timeline_id FROM pg_control_checkpoint())", "NULL"),
    WRITTEN_TIMELINE(
            "pg_walfile_name",
            "CASE WHEN NOT (%s) THEN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END",
            "NULL"),
    WRITTEN(
            "pg_current_wal_insert_lsn",
            "CASE WHEN NOT (%s) THEN pg_current_wal_insert_lsn() - '0/0'::pg_lsn END",
            "CASE WHEN NOT (%s) THEN pg_current_wal_lsn() - '0/0'::pg_lsn END"),
    /** Instead of it, the position that recovery has passed for certain, which may be minutes old. */
    REPLAYED(
            "pg_last_wal_replay_lsn",
            "CASE WHEN %s THEN pg_last_wal_replay_lsn() - '0/0'::pg_lsn END",
            "CASE WHEN %s THEN (SELECT min_recovery_end_lsn FROM pg_control_recovery()) - '0/0'::pg_lsn END"),
    FOLLOWERS("pg_stat_replication", "(SELECT count(*) FROM pg_stat_replication)", "0"),
    STREAM(
            "pg_stat_wal_receiver",
            "(SELECT pid FROM pg_stat_wal_receiver WHERE status IS NULL OR status = 'streaming')",
            "NULL"),
    STREAM_IS_EXACT(
            "pg_stat_wal_receiver",
            "EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND received_tli IS NOT NULL)",
            "false"),
    READS_FILES(
            "has_function_privilege",
            "has_function_privilege(to_regprocedure('pg_read_file(text, bigint, bigint, boolean)'), 'execute')",
            "false");

    private final String what;
    private final String sql;
    private final String otherwise;

    ProbeFact(String what, String sql, String otherwise) {
        this.what = what;
        this.sql = sql;
        this.otherwise = otherwise;
    }

    /** The function or view that is asked. */
    String what() {
        return what;
    }

    /** Its name among the columns of {@link #query}. */
    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Asks for all facts.
     *
     * @param refused those for which something else is asked
     * @param hopeless those of which that is refused, too
     * @param recovering an expression of whether the server is in recovery
     */
    static String query(Set<ProbeFact> refused, Set<ProbeFact> hopeless, String recovering) {
        return Arrays.stream(values())
                .map(fact ->
                        (fact != RECOVERING && hopeless.contains(fact) ? "NULL" : fact.expression(refused, recovering))
                                + " AS " + fact.column())
                .collect(Collectors.joining(", ", "SELECT ", ""));
    }

    /** How a query asks whether the server is in recovery. */
    static String recovering(Set<ProbeFact> refused) {
        return refused.contains(RECOVERING) ? RECOVERING.otherwise : RECOVERING.sql;
    }

    /** Asks for this alone, or for what takes its place if it is refused. */
    String alone(Set<ProbeFact> refused, String recovering) {
        return "SELECT " + expression(refused, recovering);
    }

    private String expression(Set<ProbeFact> refused, String recovering) {
        return this == RECOVERING ? recovering : (refused.contains(this) ? otherwise : sql).replace("%s", recovering);
    }
}
