package dev.hastack.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a role, a database or a server sets for all sessions, and what keeps ha-stack's own questions from their answers: how long callers
 * may take, how isolated they are and how much they want to be told is no news of a node. Each is set aside when it has been in the
 * way, and for one question at a time: what is set for longer would stay in a session that a pooler lends to others, and of a pooler
 * nobody knows which startup parameters it takes. For one node, and one thread.
 *
 * <p>For the reasons, see docs/decisions.md, PG-20.
 */
final class ProbeSettings {
    /** The server ends a session at the end of this time, which began before the question came. */
    private static final String TRANSACTION_TOO_LONG = "25P04";

    /** One that has a millisecond may be cancelled while the statement that sets it aside is being read. */
    private static final int ATTEMPTS = 5;

    /** In the order in which they are set aside: what ends soonest first. */
    private enum Setting {
        /** Since PostgreSQL 17, so that nobody else may be asked to set it. */
        TRANSACTION_TIMEOUT(TRANSACTION_TOO_LONG, "SET LOCAL transaction_timeout = 0; "),
        STATEMENT_TIMEOUT("57014", "SET LOCAL statement_timeout = 0; "),
        LOCK_TIMEOUT("55P03", "SET LOCAL lock_timeout = 0; "),
        /** A standby takes no statement of a serializable transaction. */
        ISOLATION("0A000", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "),
        /** The first makes the answer large, the others the log of a server that is asked every second. */
        MESSAGES(
                "",
                "SET LOCAL client_min_messages = error; SET LOCAL debug_print_parse = off;"
                        + " SET LOCAL debug_print_rewritten = off; SET LOCAL debug_print_plan = off; ");

        private final String state;
        private final String aside;

        Setting(String state, String aside) {
            this.state = state;
            this.aside = aside;
        }
    }

    private final Set<Setting> aside = EnumSet.noneOf(Setting.class);

    /** The rows of this query; one that was cancelled is asked again. */
    ResultSet rows(Statement statement, String sql) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(statement, sql);
            } catch (SQLException e) {
                boolean news = refuses(e);
                boolean cancelled = is(Setting.STATEMENT_TIMEOUT, e) || is(Setting.LOCK_TIMEOUT, e);
                if (endsTransaction(e) || !(cancelled || news)) {
                    throw e;
                } else if (attempt == ATTEMPTS) {
                    throw new SQLException(
                            "the probe's query was cancelled (" + e.getMessage()
                                    + "; what are statement_timeout and lock_timeout of the role, the database and the server?)",
                            e.getSQLState(),
                            e);
                }
            }
        }
    }

    private ResultSet once(Statement statement, String sql) throws SQLException {
        String before = aside.stream().map(setting -> setting.aside).collect(Collectors.joining());
        boolean rows = statement.execute(before + sql);
        while (!rows) {
            if (statement.getUpdateCount() < 0) {
                throw new SQLException("the probe got no rows");
            }
            rows = statement.getMoreResults();
        }
        return Objects.requireNonNull(statement.getResultSet());
    }

    /** Whether the session was ended since its transaction took too long: of a new one it may be asked again. */
    static boolean endsTransaction(SQLException e) {
        return is(Setting.TRANSACTION_TIMEOUT, e);
    }

    private static boolean is(Setting setting, SQLException e) {
        return setting.state.equals(e.getSQLState());
    }

    /** Whether one of them may be why, and was not set aside. */
    private boolean refuses(SQLException e) {
        boolean news = false;
        for (Setting setting : Setting.values()) {
            news |= is(setting, e) && aside.add(setting);
        }
        return news;
    }

    /** The server has sent too much: whether it may be asked again since it was not told to send less. */
    boolean floods() {
        return aside.add(Setting.MESSAGES);
    }
}
