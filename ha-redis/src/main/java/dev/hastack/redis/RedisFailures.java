package dev.hastack.redis;

import dev.hastack.core.failure.NodeFailedException;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import dev.hastack.core.failure.spi.DriverFailure;
import dev.hastack.core.failure.spi.FailureReader;
import dev.hastack.core.failure.spi.Verdict;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads Lettuce's and Netty's exceptions. Public only because {@link java.util.ServiceLoader} makes it. */
public final class RedisFailures implements FailureReader {
    static final String STORE = "redis";

    /** As a script that fails is reported by Redis 7 and by older ones: what it did before that stays. */
    private static final Pattern OF_SCRIPT = Pattern.compile("script: [0-9a-f]{40}|@user_script|running script");

    /** Of a cluster whose slots move. */
    private static final Set<String> OF_SLOTS = Set.of("MOVED", "ASK", "TRYAGAIN");

    /** Called by the service loader. */
    public RedisFailures() {}

    @Override
    public Optional<StackFailure> read(Throwable error) {
        boolean ofDriver =
                error instanceof RedisException || error.getClass().getName().startsWith("io.netty.");
        return ofDriver ? Optional.of(new DriverFailure(STORE, outcome(error), reason(error))) : Optional.empty();
    }

    private static Outcome outcome(Throwable error) {
        if (error instanceof RedisCommandExecutionException) {
            String reply = String.valueOf(error.getMessage());
            Verdict verdict = RedisErrors.verdict(reply);
            boolean inPart = OF_SCRIPT.matcher(reply).find() && verdict.again() != Verdict.Again.ELSEWHERE;
            return inPart ? Outcome.UNKNOWN : verdict.outcome();
        }
        return RedisErrors.unsent(error) ? Outcome.NOT_SENT : Outcome.UNKNOWN;
    }

    private static Reason reason(Throwable error) {
        String message = String.valueOf(error.getMessage());
        if (error instanceof RedisCommandInterruptedException) {
            return Reason.INTERRUPTED;
        } else if (error instanceof RedisCommandExecutionException
                && OF_SLOTS.contains(RedisErrors.firstWord(message))) {
            return Reason.UNAVAILABLE;
        }
        return RedisErrors.kind(error).map(Reason::of).orElse(Reason.REFUSED);
    }

    /** Why no node of a cluster took a call. */
    static Reason reason(ClusterView seen) {
        return seen.denied() ? Reason.DENIED : Reason.NO_NODE;
    }

    /** Why no node of this topology took a call. */
    static Reason reason(RedisRoutes routes) {
        return routes.hopeless() ? Reason.DENIED : Reason.NO_NODE;
    }

    /** Adds what is wrong with each node of a cluster to what the error suppresses. */
    static void suppress(Throwable error, ClusterView seen) {
        seen.nodes()
                .forEach(node ->
                        node.reason().ifPresent(why -> NodeFailedException.suppress(error, STORE, node.node(), why)));
    }
}
