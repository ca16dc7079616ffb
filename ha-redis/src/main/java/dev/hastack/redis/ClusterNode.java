package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.guard.NodeBreaker;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node of a Redis Cluster, and what the last probe found. Thread-safe. */
final class ClusterNode implements Lane {
    /** By which a connection to it ended, or could not be made; one that refuses access speaks. */
    private static final Set<Kind> SHUT = EnumSet.of(Kind.REFUSED, Kind.NETWORK);

    private final String id;
    private final Address address;
    private final int rank;
    private final Runnable hint;
    private final NodeBreaker breaker;
    private final Denials denials = new Denials();
    /** Null before the first probe. */
    private volatile @Nullable Verdict verdict;
    /** Whether it owes a probe its answer for longer than one may take. */
    private volatile boolean silent;
    /** Whether what it answers is no answer of a Redis Cluster, until a probe is answered as it should be. */
    private volatile boolean unintelligible;
    /** Why its last probe failed, if that is the node's; empty if it did not. */
    private volatile Optional<Kind> failure = Optional.empty();
    /** Since when no probe of it could connect, look after look, as {@link System#nanoTime()}; empty while one can. */
    private volatile OptionalLong shutSince = OptionalLong.empty();

    /**
     * What a probe found.
     *
     * @param fault why it cannot be used, or null
     * @param denied whether that is for its refusing access to this process
     * @param linked whether it is in touch with its primary; true for a primary
     * @param refused what it refuses while it answers
     */
    record Verdict(@Nullable String fault, boolean denied, boolean linked, List<Refused> refused) {
        Verdict {
            refused = List.copyOf(refused);
        }

        /** Why callers get nothing of it, or no write, though it answers. */
        Optional<Refused> refusal() {
            return refused.stream()
                    .filter(one -> one.use() != Refused.Use.NOTHING)
                    .findFirst();
        }

        Verdict refusing(Refused more) {
            return new Verdict(
                    fault,
                    denied,
                    linked,
                    Stream.concat(refused.stream(), Stream.of(more)).toList());
        }

        /** What is not known of it since it refuses to tell, each reason once; empty if that is nothing. */
        String withheld() {
            Map<String, String> byReason = new LinkedHashMap<>();
            refused.stream()
                    .filter(one -> one.use() == Refused.Use.NOTHING)
                    .forEach(one -> byReason.merge(one.why(), one.what(), (what, more) -> what + ", " + more));
            return byReason.entrySet().stream()
                    .map(fact -> fact.getValue() + " refused: " + fact.getKey())
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * @param rank how near it is: nodes of the lowest serve reads first
     * @param hint told that an answer gives reason for a probe; must not block
     */
    ClusterNode(String id, Address address, int rank, Runnable hint) {
        this.id = id;
        this.address = address;
        this.rank = rank;
        this.hint = hint;
        this.breaker = new NodeBreaker("ha-redis-" + id);
    }

    Address address() {
        return address;
    }

    int rank() {
        return rank;
    }

    @Nullable
    Verdict verdict() {
        return verdict;
    }

    void judge(Verdict next) {
        verdict = next;
    }

    /** It refuses something besides. */
    void refuses(Refused fact) {
        Verdict last = verdict;
        if (last != null) {
            verdict = last.refusing(fact);
        }
    }

    /** It has answered a probe. */
    void heard() {
        unintelligible = false;
        failure = Optional.empty();
        shutSince = OptionalLong.empty();
    }

    /**
     * A probe has failed.
     *
     * @param kind of its error; empty if that is none of the node's
     * @param now as {@link System#nanoTime()}
     */
    void failed(Optional<Kind> kind, long now) {
        failure = kind;
        if (kind.filter(SHUT::contains).isEmpty()) {
            shutSince = OptionalLong.empty();
        } else if (shutSince.isEmpty()) {
            shutSince = OptionalLong.of(now);
        }
    }

    /** Returns why its last probe failed, if that is the node's. */
    Optional<Kind> failure() {
        return failure;
    }

    /** It has owed its answer for longer than anything explains but that it hangs. */
    void hangs(String fault) {
        failure = Optional.of(Kind.HUNG);
        judge(new Verdict(fault, false, false, List.of()));
    }

    /**
     * Whether it has let nobody in for so long that nobody need wait for what it was asked before.
     *
     * @param now as {@link System#nanoTime()}
     */
    boolean letsNobodyIn(long now) {
        OptionalLong since = shutSince;
        return since.isPresent() && !silent && now - since.getAsLong() >= NodeView.LAST_ANSWERS.toNanos();
    }

    /** What it said to a probe is no answer of a Redis Cluster. */
    void unintelligible() {
        unintelligible = true;
    }

    /**
     * Why nothing may be sent to it, or null: any answer of a server that says to a probe what no Redis Cluster says may be untrue. One that
     * is silent, or refuses its probe alone, is asked all the same.
     */
    @Nullable
    RedisException ban() {
        return unintelligible
                ? new RedisConnectionException("what " + id + " says to its probe is no answer of a Redis Cluster")
                : null;
    }

    /** Whether it owes its answer: others are preferred, and nothing is decided. */
    void silent(boolean now) {
        silent = now;
    }

    boolean silent() {
        return silent;
    }

    /** Whether nothing is known that speaks against connecting to it. */
    boolean answers() {
        Verdict last = verdict;
        return last == null || last.fault() == null;
    }

    /** Whether it answered the last probe that it did not leave unanswered. */
    boolean answered() {
        Verdict last = verdict;
        return last != null && last.fault() == null;
    }

    /** Whether it should get reads, if there is another. */
    boolean well() {
        Verdict last = verdict;
        return answers() && !silent && (last == null || last.linked()) && !breaker.open();
    }

    @Override
    public String node() {
        return id;
    }

    @Override
    public NodeBreaker breaker() {
        return breaker;
    }

    @Override
    public void ended(boolean answered) {
        if (answered) {
            breaker.returned();
        }
    }

    @Override
    public void report(Kind kind, String error) {
        hint.run();
    }

    @Override
    public void broken(@Nullable RedisChannelWriter with) {
        hint.run();
    }

    @Override
    public void denied(String command, String reply) {
        denials.add(command, reply, System.nanoTime());
    }

    /** What it denies this user while another node does it, for people; empty if that is nothing. */
    Optional<String> denies() {
        return denials.words(System.nanoTime());
    }

    @Override
    public String lost(Throwable error) {
        return "the answer of " + id + " was lost (" + error.getMessage() + ")";
    }

    @Override
    public String toString() {
        return id;
    }
}
