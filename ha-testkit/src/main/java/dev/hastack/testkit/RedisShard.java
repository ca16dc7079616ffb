package dev.hastack.testkit;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The nodes of a {@link RedisCluster} that share a range of slots. */
record RedisShard(RedisNode main, List<RedisNode> replicas) {

    Stream<RedisNode> nodes() {
        return Stream.concat(Stream.of(main), replicas.stream());
    }

    Optional<RedisNode> primary() {
        return RedisPrimary.newest(nodes().toList(), List.of());
    }

    /** Before a dead primary comes back, without data, and has its replicas drop theirs: lets a replica take over. */
    void save() {
        if (primary().isEmpty() && !main.isRunning()) {
            nodes().forEach(RedisNode::resume);
            replicas.stream().filter(RedisNode::isRunning).findFirst().ifPresent(RedisNode::promote);
        }
    }

    /** Gives the primary's role back to the first node; to be called again until {@link #isWhole()}. */
    void restore() {
        Optional<RedisNode> primary = primary();
        if (primary.isEmpty() || primary.get() == main) {
            return;
        }
        try {
            if (main.follows(primary.get())
                    && main.offset() >= primary.get().offset()) {
                main.command("CLUSTER", "FAILOVER");
            }
        } catch (RespClient.ErrorReply e) {
            return; // It has become a primary in the meantime, or has lost its own again.
        }
    }

    /** Whether replicas of the first node replicate it, and have all that it has written. */
    boolean isWhole() {
        if (!main.isPrimary()) {
            return false;
        }
        long written = main.offset();
        return replicas.stream().allMatch(replica -> replica.follows(main) && replica.offset() >= written);
    }
}
