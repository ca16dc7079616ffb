package dev.hastack.redis;

import dev.hastack.core.topology.Refused;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The questions that one node of a Redis Cluster is asked. Used by one thread. */
final class ClusterProbe {
    private final boolean writes;
    private final Admission admission;
    private final Inquiry<Words> inquiry;
    private final Function<RedisAsyncCommands<String, String>, CompletableFuture<?>> doubts;
    private volatile boolean limited;

    /**
     * @param writes whether this stack writes, and wants to know if it can
     * @param doubts asks about other connections as well; never fails
     */
    ClusterProbe(
            Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector,
            Admission admission,
            boolean writes,
            Function<RedisAsyncCommands<String, String>, CompletableFuture<?>> doubts) {
        this.doubts = doubts;
        this.writes = writes;
        this.admission = admission;
        this.inquiry = new Inquiry<>(
                () -> {
                    admission.shows();
                    return connector.get();
                },
                this::ask);
    }

    /** Asks, unless an answer is owed or the node is left alone since it denies; does not wait. */
    void ask(Instant now) {
        if (!admission.rests(now)) {
            inquiry.ask(now);
        }
    }

    Admission admission() {
        return admission;
    }

    /**
     * What a node says.
     *
     * @param cluster its CLUSTER INFO; empty if the user may not ask that
     * @param refused what it refuses
     */
    record Words(String cluster, NodeFacts facts, List<Refused> refused) {
        /** Empty if it says nothing of the cluster's state. */
        Optional<Boolean> ok() {
            return cluster.isEmpty() ? Optional.empty() : Optional.of(cluster.contains("cluster_state:ok"));
        }

        ClusterNode.Verdict verdict() {
            return new ClusterNode.Verdict(null, false, facts.linked(), refused);
        }
    }

    /** What a node has said is an answer of nothing that it could be. */
    static final class NoAnswerException extends RedisException {
        private static final long serialVersionUID = 1L;

        NoAnswerException(String message) {
            super(message);
        }
    }

    Inquiry<Words> inquiry() {
        return inquiry;
    }

    private CompletableFuture<Words> ask(StatefulRedisConnection<String, String> made) {
        RedisAsyncCommands<String, String> commands = made.async();
        List<Refused> forbidden = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<NodeFacts> facts = NodeFacts.askMember(commands, writes, limited)
                .thenCombine(doubts.apply(commands), (known, asked) -> known);
        return NodeFacts.permitted("CLUSTER INFO", commands.clusterInfo(), forbidden)
                .thenCombine(facts, (cluster, known) -> {
                    if (!cluster.isEmpty() && !cluster.contains("cluster_state:")) {
                        throw new NoAnswerException("what it says to CLUSTER INFO is no answer of a Redis Cluster");
                    }
                    limited = known.limited();
                    forbidden.addAll(known.refused());
                    return new Words(cluster, known, List.copyOf(forbidden));
                });
    }

    /** Its view of all nodes. */
    CompletableFuture<String> view() {
        return inquiry.also(made -> made.async().clusterNodes());
    }

    void close() {
        inquiry.close();
    }
}
