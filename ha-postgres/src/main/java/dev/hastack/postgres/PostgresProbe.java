package dev.hastack.postgres;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Origin;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Role;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
 *
 * <p>The stream by which a replica receives is named by the process of its WAL receiver, which any user sees once that is connected;
 * with pg_read_all_stats it has to be streaming. Where a timeline began stands in its history file, which only those see who may
 * execute {@code pg_read_file}: one more round trip, when a connection first shows a timeline. For all others two timelines of one
 * number are told apart by what was seen of their nodes.
 *
 * <p>Each {@link ProbeFact} may be refused by itself. Which are is found out by asking for each alone, once, and again every minute.
 */
final class PostgresProbe implements Probe {
    private static final String CONNECTION_CLOSED = "08003";
    private static final Duration ASK_AGAIN = Duration.ofMinutes(1);

    /** No right to it; not supported; no such function, table, column, object. */
    private static final Set<String> REFUSALS = Set.of("42501", "0A000", "42883", "42P01", "42703", "42704");

    /** The session ended by itself: it was idle, or a transaction took, for longer than the role or the server allows. */
    private static final Set<String> TOO_LONG = Set.of("57P05", "25P03", "25P04");

    /** For a session that was ended, and for what the role sets for all sessions and is set aside then. */
    private static final int ATTEMPTS = 4;

    /** Where a user's own read-only stands, by the source that pg_settings names, and what sets it. */
    private static final Map<String, String> OWN_READ_ONLY = Map.of(
            "user", "this role (ALTER ROLE ... SET)",
            "database", "this database (ALTER DATABASE ... SET)",
            "database user", "this role in this database (ALTER ROLE ... IN DATABASE ... SET)",
            "client", "these connections (options in ha.postgres.properties)",
            "session", "its session");

    /** Beyond every position: what the primary has written is unknown, so no replica is known to have it. */
    private static final long UNKNOWN_WRITTEN = Long.MAX_VALUE / 2;

    /** Of a timeline, whose file has some fifty bytes for each before it; those who may not read the server's files may not call this. */
    private static final String HISTORY = "SELECT pg_read_file('pg_wal/%08X.history', 0, 131072, true)";

    private final ProbeConnection connection;
    private final boolean writes;
    private final ProbeSettings settings = new ProbeSettings();
    private Runnable signOfLife = () -> {};
    private long branchOf;
    private Optional<String> branch = Optional.empty();
    private final Map<ProbeFact, String> refused = new EnumMap<>(ProbeFact.class);
    private final Set<ProbeFact> hopeless = EnumSet.noneOf(ProbeFact.class);
    private Deadline askAgain = Deadline.in(ASK_AGAIN);
    private @Nullable String identity;
    private final Consumer<Optional<String>> refusals;
    private final SessionsByProbe sessions;
    private boolean notLetIn;

    /**
     * @param writes whether this stack may write, so that it matters where its user may not
     * @param refusals told each time why the server does not let the probe in, though it answers: too many connections, say; empty if it does
     * @param sessions what is asked along with it, where no other connection can be made
     */
    PostgresProbe(
            ProbeConnection connection, boolean writes, Consumer<Optional<String>> refusals, SessionsByProbe sessions) {
        this.connection = connection;
        this.writes = writes;
        this.refusals = refusals;
        this.sessions = sessions;
    }

    @Override
    public Answer ask() throws SQLException {
        notLetIn = false;
        try {
            Answer answer = reconnecting();
            refusals.accept(Optional.empty());
            sessions.askOn(connection, settings);
            return answer;
        } catch (SQLException e) {
            if (!connection.aborted()) {
                refusals.accept(
                        PostgresErrors.kind(e).equals(Optional.of(Kind.OVERLOADED))
                                ? Optional.ofNullable(e.getMessage())
                                : Optional.empty());
            }
            throw e;
        }
    }

    private Answer reconnecting() throws SQLException {
        for (int attempt = 1; ; attempt++) {
            boolean made = connect();
            try {
                return answer(connection.get());
            } catch (SQLException e) {
                // A connection may end alone, by an administrator, a firewall or our own abort. The node decides: ask
                // anew.
                boolean again = (!made && ended(e))
                        || ProbeSettings.endsTransaction(e)
                        || (connection.flooded() && settings.floods());
                if (!again || attempt == ATTEMPTS || connection.aborted()) {
                    throw e;
                }
            }
        }
    }

    /** Whether it was not connected before. */
    private boolean connect() throws SQLException {
        boolean made;
        try {
            made = connection.open();
        } catch (SQLException e) {
            notLetIn = true;
            throw e;
        }
        if (made) {
            branchOf = 0;
            signOfLife.run();
        }
        return made;
    }

    private static boolean ended(SQLException e) {
        Optional<Kind> kind = PostgresErrors.kind(e);
        return kind.equals(Optional.of(Kind.NETWORK))
                || kind.equals(Optional.of(Kind.SHUTTING_DOWN))
                || (e.getSQLState() != null && TOO_LONG.contains(e.getSQLState()));
    }

    private Answer answer(Connection session) throws SQLException {
        try {
            if (!refused.isEmpty() && askAgain.passed()) {
                refused.clear();
                hopeless.clear();
            }
            try {
                return query(session);
            } catch (SQLException e) {
                if (!isRefusal(e)) {
                    throw e;
                }
                findRefused(session);
                return query(session);
            }
        } catch (SQLException e) {
            close();
            // "Closed" says nothing when a caller sees it; of the probe's own connection it says that it broke.
            throw CONNECTION_CLOSED.equals(e.getSQLState()) ? new SQLException(e.getMessage(), "08006", e) : e;
        }
    }

    /** Whether the server refuses this one question, and may answer others. */
    static boolean isRefusal(SQLException e) {
        String state = e.getSQLState();
        return state != null && REFUSALS.contains(state);
    }

    private void findRefused(Connection session) throws SQLException {
        askAgain = Deadline.in(ASK_AGAIN);
        for (ProbeFact fact : ProbeFact.values()) {
            refusal(session, fact).ifPresent(why -> refused.put(fact, why));
            if (refused.containsKey(fact) && refusal(session, fact).isPresent()) {
                hopeless.add(fact);
            }
        }
    }

    /** How a query asks whether the server is in recovery; where it may not ask that, the answer to a statement of its own. */
    private String recovering(Connection session) throws SQLException {
        return hopeless.contains(ProbeFact.RECOVERING)
                ? Boolean.toString(shownRecovering(session))
                : ProbeFact.recovering(refused.keySet());
    }

    /** By what nobody needs a right for. A node whose role is not known is never taken for a primary. */
    private boolean shownRecovering(Connection session) throws SQLException {
        try {
            return shown(session, "in_hot_standby").equals("on");
        } catch (SQLException e) {
            if (!isRefusal(e)) {
                throw e;
            }
        }
        // Before PostgreSQL 14. A standby has no other transactions, but a primary may be set to have none either.
        if (shown(session, "transaction_read_only").equals("off")) {
            return false;
        }
        throw new SQLException(
                "it does not say whether it is a primary or a standby: " + refused.get(ProbeFact.RECOVERING), "42501");
    }

    private String shown(Connection session, String setting) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = settings.rows(statement, "SHOW " + setting)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    private Optional<String> refusal(Connection session, ProbeFact fact) throws SQLException {
        String recovering = recovering(session);
        try (Statement statement = session.createStatement();
                ResultSet row = settings.rows(statement, fact.alone(refused.keySet(), recovering))) {
            boolean unused = row.next();
            return Optional.empty();
        } catch (SQLException e) {
            if (!isRefusal(e)) {
                throw e;
            }
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Answer query(Connection session) throws SQLException {
        String query = ProbeFact.query(refused.keySet(), hopeless, recovering(session));
        try (Statement statement = session.createStatement();
                ResultSet row = settings.rows(statement, query)) {
            if (!row.next()) {
                throw new SQLException("the probe got no row");
            }
            boolean recovering = bool(row, ProbeFact.RECOVERING);
            Optional<String> readOnlyBy = Optional.ofNullable(row.getString(ProbeFact.READ_ONLY.column()));
            Optional<String> own = readOnlyBy.map(OWN_READ_ONLY::get);
            Role role = recovering || (readOnlyBy.isPresent() && own.isEmpty()) ? Role.REPLICA : Role.PRIMARY;
            String system = row.getString(ProbeFact.IDENTITY.column());
            if (system != null) {
                identity = system;
            }
            long written = number(row, ProbeFact.WRITTEN);
            long timeline = recovering ? replayedTimeline(row) : number(row, ProbeFact.WRITTEN_TIMELINE);
            if (timeline == 0) {
                timeline = number(row, ProbeFact.CHECKPOINT_TIMELINE);
            }
            Answer answer = new Answer(
                    role,
                    // Refused, it is what it was: nothing says otherwise.
                    Optional.ofNullable(identity),
                    timeline > 0 ? OptionalLong.of(timeline) : OptionalLong.empty(),
                    recovering
                            ? number(row, ProbeFact.REPLAYED)
                            : hopeless.contains(ProbeFact.WRITTEN)
                                    ? UNKNOWN_WRITTEN
                                    : role == Role.PRIMARY ? Positions.written(written) : written,
                    row.getInt(ProbeFact.FOLLOWERS.column()));
            Optional<String> stream = role == Role.REPLICA
                    ? Optional.ofNullable(row.getString(ProbeFact.STREAM.column()))
                    : Optional.empty();
            boolean exact = bool(row, ProbeFact.STREAM_IS_EXACT);
            boolean readsFiles = bool(row, ProbeFact.READS_FILES);
            return answer.from(new Origin(
                            readsFiles && timeline > 1 ? branch(session, timeline) : Optional.empty(), stream, exact))
                    .refusing(Stream.concat(
                                    own
                                            .filter(where -> writes && role == Role.PRIMARY)
                                            // What a pooler's session was left with is nobody's setting.
                                            .filter(where -> !readOnlyBy.equals(Optional.of("session")))
                                            .map(PostgresProbe::readOnly)
                                            .stream(),
                                    refused.entrySet().stream()
                                            .map(fact ->
                                                    Refused.fact(fact.getKey().what(), fact.getValue())))
                            .distinct()
                            .toList());
        }
    }

    private static Refused readOnly(String where) {
        return Refused.writes("default_transaction_read_only is on for " + where
                + "; reset it, or set ha.postgres.writable=false where this service only reads");
    }

    private static long replayedTimeline(ResultSet row) throws SQLException {
        return Math.max(
                number(row, ProbeFact.CHECKPOINT_TIMELINE),
                Math.max(number(row, ProbeFact.RECEIVED_TIMELINE), number(row, ProbeFact.RECOVERED_TIMELINE)));
    }

    /** False where it is refused. */
    private static boolean bool(ResultSet row, ProbeFact fact) throws SQLException {
        return row.getBoolean(fact.column());
    }

    /** 0 where it is refused, or null. */
    private static long number(ResultSet row, ProbeFact fact) throws SQLException {
        return row.getLong(fact.column());
    }

    /** Where this timeline began, asked once for each that this connection shows. */
    private Optional<String> branch(Connection session, long timeline) throws SQLException {
        if (timeline != branchOf) {
            try (Statement statement = session.createStatement();
                    ResultSet row = settings.rows(statement, HISTORY.formatted(timeline))) {
                branch = row.next() ? branch(row.getString(1)) : Optional.empty();
            } catch (SQLException e) {
                if (!isRefusal(e)) {
                    throw e;
                }
                branch = Optional.empty();
            }
            branchOf = timeline;
        }
        return branch;
    }

    /**
     * The last line of a history file as {@code 3@0/5000028}: the parent, and the position where it was left.
     *
     * @param file null where the server has none
     */
    static Optional<String> branch(@Nullable String file) {
        return file == null
                ? Optional.empty()
                : file.lines()
                        .map(line -> line.strip().split("\\s+", 3))
                        .filter(words -> words.length > 1 && words[0].matches("\\d+"))
                        .reduce((before, last) -> last)
                        .map(words -> words[0] + "@" + words[1]);
    }

    @Override
    public void onSignOfLife(Runnable listener) {
        signOfLife = listener;
    }

    @Override
    public boolean notLetIn() {
        return notLetIn;
    }

    @Override
    public boolean renewed() {
        return connection.renewed();
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
