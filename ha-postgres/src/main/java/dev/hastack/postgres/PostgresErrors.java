package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.failure.spi.Verdict.Again;
import dev.hastack.core.failure.spi.Verdict.Blame;
import dev.hastack.core.topology.Kind;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * The error table: what a {@link SQLException} says about the node that it came from, by SQLSTATE (PostgreSQL manual,
 * appendix A) and by what the driver found beneath it.
 */
final class PostgresErrors {
    /** By the time that a role has for a statement, a lock, idleness in a session or in a transaction, or a transaction. */
    private static final Set<String> CUT_SHORT = Set.of("57014", "55P03", "57P05", "25P03", "25P04");

    /** Serialization failure, deadlock, lock not available. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03");

    private static final Set<Kind> ANSWERS = Set.of(Kind.DENIED, Kind.OVERLOADED, Kind.SHUTTING_DOWN);

    private PostgresErrors() {}

    /** What an error of the driver's means: for the statement, the transaction, and the node. */
    static Verdict verdict(SQLException error) {
        Optional<Kind> kind = kind(error);
        String state = String.valueOf(error.getSQLState());
        Again again = conflicts(state) ? Again.LATER : kind.isPresent() ? Again.ELSEWHERE : Again.NO;
        return new Verdict(
                outcome(state, refusedByServer(error)), again, kind.isPresent() ? Blame.NODE : Blame.NOBODY, kind);
    }

    /**
     * Whether the server itself said no to the one statement. The driver raises errors of its own after a statement that was
     * carried out, and a batch may be carried out in part.
     */
    private static boolean refusedByServer(SQLException error) {
        return error instanceof PSQLException e && e.getServerErrorMessage() != null;
    }

    private static Outcome outcome(String state, boolean refused) {
        return switch (state) {
            // Never connected; refused by the server at login.
            case "08001", "08004" -> Outcome.NOT_SENT;
            // Closed before the call: what it wanted to send, a COMMIT for instance, was not sent.
            case "08003" -> Outcome.NOT_DONE;
            // Transaction resolution unknown, statement completion unknown, crash of the server.
            case "08007", "40003", "57P02" -> Outcome.UNKNOWN;
            default -> refused && !state.startsWith("08") ? Outcome.NOT_DONE : Outcome.UNKNOWN;
        };
    }

    /** Whether another transaction is the reason. */
    static boolean conflicts(String state) {
        return CONFLICTS.contains(state);
    }

    /** Empty for the caller's own errors, and for those that concern one connection alone. */
    static Optional<Kind> kind(Throwable error) {
        if (error instanceof SQLException e && e.getSQLState() != null) {
            return cancelledByCaller(e) ? Optional.empty() : Optional.ofNullable(kind(e.getSQLState(), ioCause(e)));
        }
        return error instanceof IOException ? Optional.of(Kind.NETWORK) : Optional.empty();
    }

    /**
     * As {@link #kind}; a connection that was waited for in vain is silence, as an answer is that does not come, and a server that cancels
     * a statement, or ends a session that was idle or took too long, has answered. What the driver stumbles over is no answer of PostgreSQL.
     */
    static Optional<Kind> kindOfProbe(Throwable error) {
        if (error instanceof RuntimeException) {
            return Optional.of(Kind.NETWORK);
        }
        if (error instanceof SQLException e) {
            if ("08001".equals(e.getSQLState()) && ioCause(e) instanceof SocketTimeoutException) {
                return Optional.of(Kind.TIMEOUT);
            }
            if (cutShort(String.valueOf(e.getSQLState()))) {
                return Optional.of(Kind.OVERLOADED);
            }
        }
        return kind(error);
    }

    /** Whether a connection failed since the server answered it, and did not let it in. */
    static boolean answers(SQLException error) {
        Optional<Kind> kind = kindOfProbe(error);
        return kind.isPresent() ? ANSWERS.contains(kind.get()) : refusedByServer(error);
    }

    /** Whether a limit of time, or somebody's cancel, ended what was asked. */
    static boolean cutShort(String state) {
        return CUT_SHORT.contains(state);
    }

    /** Whether the server takes neither user nor password: invalid authorization, class 28. */
    static boolean refusesLogin(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith("28");
    }

    /** Only the text tells a cancel from a timeout; a server of another language has it counted as a timeout. */
    static boolean cancelledByCaller(SQLException e) {
        return "57014".equals(e.getSQLState()) && String.valueOf(e.getMessage()).contains("user request");
    }

    /** Whether the server has refused the one statement, so that its connection comes back as after any other. */
    static boolean leavesConnection(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.equals("57014") || state.startsWith("53");
    }

    private static @Nullable Kind kind(String state, @Nullable IOException io) {
        return switch (state) {
            case "25006" -> Kind.NOT_PRIMARY;
            // Admin shutdown, crash shutdown, cannot connect now.
            case "57P01", "57P02", "57P03" -> Kind.SHUTTING_DOWN;
            // Query cancelled, by statement_timeout as a rule.
            case "57014" -> Kind.TIMEOUT;
            // Rejected by the server; database does not exist.
            case "08004", "3D000" -> Kind.DENIED;
            // Never made. The driver has no other state for it, also when it waited in vain.
            case "08001" -> Kind.REFUSED;
            // The caller used a connection that it, or we, had closed: no news of the node.
            case "08003" -> null;
            default -> byClass(state, io);
        };
    }

    private static @Nullable Kind byClass(String state, @Nullable IOException io) {
        if (state.startsWith("08")) {
            return io instanceof SocketTimeoutException ? Kind.TIMEOUT : Kind.NETWORK;
        } else if (state.startsWith("28")) {
            return Kind.DENIED;
        } else if (state.startsWith("53")) {
            // Too many connections, out of memory, disk full: it answers, and refuses work.
            return Kind.OVERLOADED;
        }
        return null;
    }

    private static @Nullable IOException ioCause(Throwable error) {
        for (Throwable t = error.getCause(); t != null && t != t.getCause(); t = t.getCause()) {
            if (t instanceof IOException io) {
                return io;
            }
        }
        return null;
    }
}
