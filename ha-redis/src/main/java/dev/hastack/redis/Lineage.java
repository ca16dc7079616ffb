package dev.hastack.redis;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.topology.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which history of writes goes on which, and from that the epoch of each: Redis itself has none. A promoted replica begins a
 * history of its own and says which it goes on, so whoever goes on the newest is newer, and a primary of any other history
 * is older or somebody else. Where Sentinel counts epochs, what it appoints has at least its count. Epochs count up from 1
 * in each process, or from Sentinel's; those of two processes need not agree. Thread-safe.
 *
 * <p>Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/, "Replication ID explained".
 */
final class Lineage {
    private final String identity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Long> epochs = new HashMap<>();
    /** The process that a node was last seen as, of the histories known here. */
    private final Map<String, String> runs = new HashMap<>();

    private @Nullable String newest;
    /** Sentinel's count at the last appointment that was seen to be followed. */
    private long counted = -1;
    /** What the next appointed primary has at least. */
    private long reserved;
    /** Who said that it writes the newest history. */
    private @Nullable String holder;

    /** @param identity what all nodes of known history are said to be of */
    Lineage(String identity) {
        this.identity = identity;
    }

    String identity() {
        return identity;
    }

    /**
     * What a node's words mean.
     *
     * @param appointed the epoch at which Sentinel appointed this very node, if it did
     * @param settled whether there has been a primary that all know: before that, no history is strange
     */
    Answer judge(String node, NodeInfo info, OptionalLong appointed, boolean settled) {
        lock.lock();
        try {
            OptionalLong epoch = info.role() == Role.PRIMARY
                    ? ofPrimary(node, info, appointed, settled)
                    : ofReplica(node, info, settled);
            boolean strange = epoch.isEmpty() && info.role() == Role.PRIMARY;
            if (epoch.isPresent()) {
                runs.put(node, info.runId());
            }
            return new Answer(
                    info.role(),
                    Optional.of(strange ? info.replid() : identity),
                    epoch,
                    info.offset(),
                    info.followers());
        } finally {
            lock.unlock();
        }
    }

    private OptionalLong ofPrimary(String node, NodeInfo info, OptionalLong appointed, boolean settled) {
        boolean news = appointed.isPresent() && appointed.getAsLong() > counted;
        Long known = epochs.get(info.replid());
        boolean goesOn = known == null && goesOn(node, info, news);
        long epoch;
        if (news && newest != null && !info.replid().equals(newest)) {
            goesOn = true;
            epoch = Math.max(next(), reserved);
        } else if (known != null) {
            epoch = known;
        } else if (goesOn) {
            epoch = next();
        } else if (info.replid2().map(epochs::get).isPresent()) {
            // Another branch of an older history. With no history of our own, it may be as good as the newest.
            epoch = of(info.replid2().get()) + (settled ? 0 : 1);
        } else if (!settled || news) {
            epoch = newest == null ? 1 : of(newest);
        } else {
            return OptionalLong.empty();
        }
        if (news) {
            counted = appointed.getAsLong();
            // What was reserved for it, too, if it was not heard of before Sentinel's word was.
            epoch = Math.max(epoch, Math.max(counted, reserved));
        }
        if (newest == null || goesOn || epoch > of(newest)) {
            newest = info.replid();
        }
        set(info, epoch);
        if (info.replid().equals(newest)) {
            holder = node;
        }
        return OptionalLong.of(of(info.replid()));
    }

    /** Whether a history that is new here goes on the newest. */
    private boolean goesOn(String node, NodeInfo info, boolean appointed) {
        return info.replid2().filter(before -> before.equals(newest)).isPresent()
                || (newest != null
                        && (appointed
                                // Restarted without a word of its past: the primary still, though perhaps an empty one.
                                || node.equals(holder)
                                // The same process: something between was missed.
                                || (info.replid2().map(epochs::get).isEmpty()
                                        && info.runId().equals(runs.get(node)))));
    }

    /**
     * Sentinel has appointed a primary.
     *
     * @param count of Sentinel's epochs
     * @param node that it appointed; empty if it is none that is known here
     * @return the epoch that a primary will have at least from now on, if that is news and it is not the one that there is
     */
    OptionalLong appointed(long count, Optional<String> node) {
        lock.lock();
        try {
            boolean stands = node.isPresent() && node.get().equals(holder);
            if (count <= counted || newest == null || stands) {
                return OptionalLong.empty();
            }
            reserved = Math.max(next(), count);
            return OptionalLong.of(reserved);
        } finally {
            lock.unlock();
        }
    }

    private OptionalLong ofReplica(String node, NodeInfo info, boolean settled) {
        Long known = epochs.get(info.replid());
        boolean leftByHolder =
                node.equals(holder) && info.linked() && !info.replid().equals(newest);
        boolean goesOn = known == null
                && info.replid2().filter(before -> before.equals(newest)).isPresent();
        if (leftByHolder || goesOn) {
            // Who wrote the newest history follows another now, so that one is newer.
            set(info, next());
            newest = info.replid();
            holder = null;
        } else if (known == null && !settled && info.synced()) {
            set(info, newest == null ? 1 : of(newest));
            newest = newest == null ? info.replid() : newest;
        }
        Long epoch = epochs.get(info.replid());
        return epoch == null ? OptionalLong.empty() : OptionalLong.of(epoch);
    }

    private long of(String replid) {
        return epochs.getOrDefault(replid, 0L);
    }

    private long next() {
        return newest == null ? 1 : of(newest) + 1;
    }

    private void set(NodeInfo info, long epoch) {
        epochs.merge(info.replid(), epoch, Math::max);
        info.replid2().ifPresent(before -> epochs.putIfAbsent(before, epoch - 1));
    }
}
