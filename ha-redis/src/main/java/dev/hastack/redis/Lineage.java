package dev.hastack.redis;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.topology.Role;
import dev.hastack.redis.Appointment.Meant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which history of writes goes on which, and from that the epoch of each: Redis itself has none. A promoted replica begins a
 * history of its own and says which it goes on, so whoever goes on the newest is newer, and a primary of any other history
 * is older or somebody else. Where Sentinel counts epochs, a history that begins with its appointment has at least its count.
 * A history keeps its epoch, unless Sentinel, or who wrote the newest, prefers it to a newer one. Epochs count up from 1 in each
 * process, or from Sentinel's; those of two processes need not agree. Thread-safe.
 *
 * <p>Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/, "Replication ID explained".
 *
 * <p>For the reasons, see docs/decisions.md, RED-10.
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
    /** Whether Sentinel's word meant the holder; else its next may yet mean that one. */
    private boolean confirmed;
    /** What is reserved for an appointed primary that could not be told; whoever goes on the newest history may be it. */
    private long forSomebody;

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
     * @param reserved the epoch that a primary will have at least from now on, if this one claims to be primary and Sentinel has
     *     appointed another; to be made known before the answer is
     */
    record Judged(Answer answer, OptionalLong reserved) {}

    /**
     * Judges a node by its words.
     *
     * @param appointed what Sentinel says of this node; asked for once nothing that it says can come in between
     * @param settled whether there has been a primary that all know: before that, no history is strange
     */
    Judged judge(String node, NodeInfo info, Supplier<Appointment> appointed, boolean settled) {
        lock.lock();
        try {
            OptionalLong left = OptionalLong.empty();
            OptionalLong epoch;
            if (info.role() == Role.PRIMARY) {
                Appointment word = appointed.get();
                epoch = ofPrimary(node, info, word, settled);
                left = left(info, word);
            } else {
                epoch = ofReplica(node, info, settled);
            }
            boolean strange = epoch.isEmpty() && info.role() == Role.PRIMARY;
            if (epoch.isPresent()) {
                runs.put(node, info.runId());
            }
            Answer answer = new Answer(
                    info.role(),
                    Optional.of(strange ? info.replid() : identity),
                    epoch,
                    info.offset(),
                    info.followers());
            return new Judged(answer, left);
        } finally {
            lock.unlock();
        }
    }

    /** Sentinel's word may have come before anybody was known whom it could have had left. */
    private OptionalLong left(NodeInfo info, Appointment word) {
        return isAnother(word.meant())
                        && word.count() > counted
                        && info.replid().equals(newest)
                ? reserve(word.count(), word.meant())
                : OptionalLong.empty();
    }

    private OptionalLong ofPrimary(String node, NodeInfo info, Appointment word, boolean settled) {
        boolean news = word.meant() == Meant.THIS && word.count() > counted;
        Long known = epochs.get(info.replid());
        boolean goesOn = known == null && goesOn(node, info, news);
        long epoch;
        if (news && newest != null && !info.replid().equals(newest)) {
            goesOn = true;
            epoch = Math.max(next(), reserved);
        } else if (known != null) {
            epoch = known;
        } else if (goesOn) {
            epoch = node.equals(holder) ? next() : Math.max(next(), forSomebody);
        } else if (info.replid2().map(epochs::get).isPresent()) {
            // Another branch of an older history. With no history of our own, it may be as good as the newest.
            epoch = of(info.replid2().get()) + (settled ? 0 : 1);
        } else if (!settled || news) {
            epoch = newest == null ? 1 : of(newest);
        } else {
            return OptionalLong.empty();
        }
        if (news) {
            counted = word.count();
            // What was reserved for it is the least that it has. The count is only for a history without an epoch:
            // others of that history were judged by the one that it has.
            epoch = Math.max(epoch, known == null ? Math.max(counted, reserved) : reserved);
        }
        if (newest == null || goesOn || epoch > of(newest)) {
            newest = info.replid();
        }
        set(info, epoch);
        if (info.replid().equals(newest)) {
            confirmed = news || (confirmed && node.equals(holder));
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
     * Sentinel has appointed a primary. Where it cannot be told which: if its last word meant the present one, this means another;
     * if that one has come since, it is most likely the one that is meant, and must not be left for itself.
     *
     * @param count of Sentinel's epochs
     * @param meant whom it means, as seen from a node; asked for once nothing that a node says can come in between
     * @return the epoch that a primary will have at least from now on, if that is news and it is not the one that there is; while
     *     nobody is known to write, that is decided when somebody says that he does
     */
    OptionalLong appointed(long count, Function<String, Meant> meant) {
        lock.lock();
        try {
            if (holder == null) {
                return OptionalLong.empty();
            }
            Meant whom = meant.apply(holder);
            boolean another = isAnother(whom) || (whom == Meant.UNTOLD && confirmed);
            confirmed |= whom == Meant.THIS;
            return another && count > counted ? reserve(count, whom) : OptionalLong.empty();
        } finally {
            lock.unlock();
        }
    }

    private static boolean isAnother(Meant whom) {
        return whom == Meant.ANOTHER || whom == Meant.SOMEBODY_ELSE;
    }

    private OptionalLong reserve(long count, Meant whom) {
        reserved = Math.max(next(), count);
        if (whom != Meant.ANOTHER) {
            confirmed = false;
            forSomebody = reserved;
        }
        return OptionalLong.of(reserved);
    }

    private OptionalLong ofReplica(String node, NodeInfo info, boolean settled) {
        Long known = epochs.get(info.replid());
        boolean leftByHolder =
                node.equals(holder) && info.linked() && !info.replid().equals(newest);
        boolean goesOn = known == null
                && info.replid2().filter(before -> before.equals(newest)).isPresent();
        if (leftByHolder || goesOn) {
            // Who wrote the newest history follows another now, so that one is newer.
            set(info, Math.max(next(), forSomebody));
            newest = info.replid();
            holder = null;
            confirmed = false;
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
