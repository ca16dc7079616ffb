package dev.hastack.redis;

import dev.hastack.core.config.Address;
import io.lettuce.core.ClientListArgs;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The connections that are in doubt, by their nodes, until the next probe has asked about them. Thread-safe. */
final class Doubts {
    /** How many are asked about at once; the others are asked about next. */
    private static final int MOST = 100;
    /** Of a node that is not probed any more. */
    private static final int MOST_WAITING = 10 * MOST;

    private final Map<Address, Set<Doubt>> unasked = new ConcurrentHashMap<>();

    /** Has the next probe of this node ask about it, unless very many wait for that already. */
    void add(Address node, Doubt doubt) {
        Set<Doubt> all = unasked.computeIfAbsent(node, any -> ConcurrentHashMap.newKeySet());
        if (all.size() < MOST_WAITING) {
            boolean unused = all.add(doubt);
        }
    }

    /** Returns the question about those of this node that are in doubt now. */
    Question at(Address node) {
        Set<Doubt> all = unasked.getOrDefault(node, Set.of());
        return new Question(all, all.stream().limit(MOST).toList(), System.nanoTime());
    }

    /** A question of one probe. */
    record Question(Set<Doubt> unasked, List<Doubt> doubts, long askedAt) {

        /** Asks; the future never fails, whatever comes of it. */
        CompletableFuture<?> ask(RedisAsyncCommands<String, String> commands) {
            if (doubts.isEmpty()) {
                return CompletableFuture.completedFuture(doubts);
            }
            long[] ids =
                    doubts.stream().flatMapToLong(doubt -> doubt.id().stream()).toArray();
            CompletionStage<String> list = ids.length == 0
                    ? commands.ping().thenApply(pong -> "")
                    : commands.clientList(ClientListArgs.Builder.ids(ids));
            return list.toCompletableFuture().handle((lines, error) -> {
                if (error == null) {
                    heard(lines);
                } else {
                    failed(error);
                }
                return doubts;
            });
        }

        /** This came instead of an answer: any word of the server's shows that it lives, unless that is that it is busy with a script. */
        void failed(Throwable error) {
            if (RedisErrors.bare(error) instanceof RedisCommandExecutionException said
                    && !String.valueOf(said.getMessage()).startsWith("BUSY")) {
                heard("");
            }
        }

        private void heard(String lines) {
            Map<Long, Map<String, String>> clients = clients(lines);
            for (Doubt doubt : doubts) {
                doubt.answered(askedAt, clients.getOrDefault(doubt.id().orElse(-1), Map.of()));
                boolean unused = unasked.remove(doubt);
            }
        }

        /** By their ids; what is no client's line is passed over. */
        private static Map<Long, Map<String, String>> clients(String lines) {
            Map<Long, Map<String, String>> clients = new HashMap<>();
            lines.lines().forEach(line -> {
                Map<String, String> fields = new HashMap<>();
                for (String field : line.split(" ", -1)) {
                    int equals = field.indexOf('=');
                    if (equals > 0) {
                        fields.put(field.substring(0, equals), field.substring(equals + 1));
                    }
                }
                String id = fields.getOrDefault("id", "");
                if (id.matches("\\d{1,18}")) {
                    clients.put(Long.valueOf(id), fields);
                }
            });
            return clients;
        }
    }
}
