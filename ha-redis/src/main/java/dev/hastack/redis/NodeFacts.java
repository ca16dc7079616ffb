package dev.hastack.redis;

import dev.hastack.core.topology.Refused;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a probe learns of a node in one round trip. INFO says what the node is also while it refuses writes; PING fails when all
 * commands do, and at a primary that refuses writes since it cannot save. What is refused besides costs that fact alone.
 *
 * @param fields of the sections of INFO that were answered
 * @param refused what the node refuses
 */
record NodeFacts(Map<String, String> fields, List<Refused> refused) {
    private static final String LIMIT = "min-replicas-to-write";
    /** There only where so many replicas have to be in touch for a write. */
    private static final String GOOD_REPLICAS = "min_slaves_good_slaves";

    NodeFacts {
        fields = Map.copyOf(fields);
        refused = List.copyOf(refused);
    }

    /**
     * Asks.
     *
     * @param writes whether to find out if the node takes writes, too
     * @param limited whether the node is known to want replicas for a write
     * @return fails with the node's error if it does not even say what it is, or serves no command
     */
    static CompletableFuture<NodeFacts> ask(
            RedisAsyncCommands<String, String> commands, boolean writes, boolean limited) {
        CompletableFuture<String> replication = commands.info("replication").toCompletableFuture();
        return ask(commands, writes, limited, replication, Collections.synchronizedList(new ArrayList<>()));
    }

    /** As {@link #ask}, of a node of a Redis Cluster, which tells by itself who is primary: INFO may be forbidden as a whole. */
    static CompletableFuture<NodeFacts> askMember(
            RedisAsyncCommands<String, String> commands, boolean writes, boolean limited) {
        List<Refused> refused = Collections.synchronizedList(new ArrayList<>());
        return ask(
                commands,
                writes,
                limited,
                permitted("INFO replication", commands.info("replication"), refused),
                refused);
    }

    private static CompletableFuture<NodeFacts> ask(
            RedisAsyncCommands<String, String> commands,
            boolean writes,
            boolean limited,
            CompletableFuture<String> replication,
            List<Refused> refused) {
        CompletableFuture<String> server = fact("INFO server", commands.info("server"), "", refused);
        CompletableFuture<String> memory = writes
                ? fact("INFO memory", commands.info("memory"), "", refused)
                : CompletableFuture.completedFuture("");
        CompletableFuture<Map<String, String>> limit = writes && limited
                ? fact("CONFIG GET " + LIMIT, commands.configGet(LIMIT), Map.of(), refused)
                : CompletableFuture.completedFuture(Map.of());
        CompletableFuture<String> ping = ping(commands.ping(), writes, refused);
        return CompletableFuture.allOf(replication, server, memory, limit, ping).thenApply(all -> {
            Map<String, String> fields = fields(server.join() + "\n" + replication.join() + "\n" + memory.join());
            WriteRefusals.of(fields, limit.join().get(LIMIT))
                    .filter(any -> writes)
                    .ifPresent(refused::add);
            return new NodeFacts(fields, refused);
        });
    }

    static Map<String, String> fields(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return fields;
    }

    /** Whether to ask next time how many replicas are wanted. */
    boolean limited() {
        return fields.containsKey(GOOD_REPLICAS);
    }

    /** Whether it is not known to have lost its primary. */
    boolean linked() {
        return !fields.containsKey("role") || info().linked();
    }

    NodeInfo info() {
        return NodeInfo.of(fields);
    }

    private static <T> CompletableFuture<T> fact(
            String what, CompletionStage<T> asked, T otherwise, List<Refused> refused) {
        return asked.toCompletableFuture().handle((answer, error) -> {
            if (error == null) {
                return answer;
            }
            refused.add(Refused.fact(what, reply(error)));
            return otherwise;
        });
    }

    /** What this user may not ask, or the server does not know, is not known; any other refusal is of the node as a whole. */
    static CompletableFuture<String> permitted(String what, CompletionStage<String> asked, List<Refused> refused) {
        return asked.toCompletableFuture().handle((answer, error) -> {
            if (error == null) {
                return answer;
            }
            String reply = reply(error);
            if (!reply.startsWith("NOPERM") && !reply.startsWith("ERR unknown command")) {
                throw new CompletionException(error);
            }
            refused.add(Refused.fact(what, reply));
            return "";
        });
    }

    private static CompletableFuture<String> ping(
            CompletionStage<String> asked, boolean writes, List<Refused> refused) {
        return asked.toCompletableFuture().handle((pong, error) -> {
            if (error != null) {
                String reply = reply(error);
                if (reply.startsWith("MISCONF")) {
                    refused.add(writes ? Refused.writes(reply) : Refused.fact("writes", reply));
                } else if (reply.startsWith("BUSY")) {
                    refused.add(new Refused(Refused.Use.ALL, "commands", reply));
                } else if (RedisErrors.verdict(reply).kind().isEmpty()) {
                    refused.add(Refused.fact("PING", reply));
                } else {
                    // LOADING, MASTERDOWN and their kind: no command is served.
                    throw new CompletionException(error);
                }
            }
            return "";
        });
    }

    /** What an error reply says; any other error is no answer, and thrown. */
    private static String reply(@Nullable Throwable error) {
        Throwable bare = error == null ? null : RedisErrors.bare(error);
        if (bare instanceof RedisCommandExecutionException said && said.getMessage() != null) {
            return said.getMessage();
        }
        throw new CompletionException(error);
    }
}
