package dev.hastack.core.topology;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The state machine: which node is the primary, which are replicas, and which claims are refused.
 *
 * <p><b>Guards.</b> A closed topology takes nothing. News of a node that is no member, or of another generation than the
 * node's, counts for nothing; an answer of another generation has the node asked again. The identity is pinned by
 * configuration or by the first claim to be primary. Before that, replicas are provisional: they serve, but their
 * epochs do not count. On the pin they are judged: those of another identity are FOREIGN, the epochs of the others
 * count. Later, any node of another identity is FOREIGN, whatever it claims.
 *
 * <p><b>Generations.</b> A node that leaves PRIMARY or REPLICA, except by a promotion, goes on to its next generation,
 * and the connections of the last are retired: once, and gently unless {@code interrupt} is named below. A promoted
 * node keeps its connections, they are warm and may write at once.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th></th><th>input</th><th>if</th><th>the node becomes</th><th>and</th></tr>
 * <tr><td>T1</td><td>answered as primary</td><td>its epoch is below the greatest</td><td>FENCED</td>
 *     <td>{@code interrupt} if it was the primary</td></tr>
 * <tr><td>T2</td><td>answered as primary</td><td>its epoch is above the greatest, or nobody contests it</td>
 *     <td>PRIMARY</td><td>another primary is FENCED, with {@code interrupt}, and probed</td></tr>
 * <tr><td>T3</td><td>answered as primary</td><td>its epoch is equal, or absent, and another contests it</td>
 *     <td>FENCED</td><td>an incumbent stays, and is probed; see below for a cold start</td></tr>
 * <tr><td>T4</td><td>answered as replica</td><td>it was the primary</td><td>REPLICA</td><td></td></tr>
 * <tr><td>T5</td><td>answered as replica</td><td>else</td><td>REPLICA</td><td></td></tr>
 * <tr><td></td><td>answered as peer</td><td></td><td>PEER</td><td>a store without a primary: all that answer serve</td></tr>
 * <tr><td>T6</td><td>answered</td><td>its epoch is above the greatest</td><td>as above</td>
 *     <td>a primary below it is FENCED, with {@code interrupt}, and probed: even a replica on a newer epoch proves that
 *     another node was promoted</td></tr>
 * <tr><td>T7</td><td>probe failed: refused, network, shutting down, denied</td><td></td><td>DOWN</td>
 *     <td>if it was usable, it fell once more and is probed at once; not if denied, which haste does not heal</td></tr>
 * <tr><td>T8</td><td>probe failed: hung</td><td></td><td>DOWN</td><td>as T7, with {@code interrupt}</td></tr>
 * <tr><td>T9</td><td>probe failed: not primary</td><td>it was the primary</td><td>UNKNOWN</td>
 *     <td>all nodes are probed</td></tr>
 * <tr><td>T10</td><td>any failed: timeout, overloaded; caller: denied, hung</td><td></td><td>the same</td>
 *     <td>slow calls never move the topology; a node that is UNKNOWN keeps its probe's failure as the reason, one
 *     that is suspect that it is overloaded</td></tr>
 * <tr><td></td><td>probe failed: timeout; denied, while callers are served on connections that they have</td>
 *     <td>it is usable, and for the latter not suspect</td><td>silent</td><td>the others are probed</td></tr>
 * <tr><td></td><td>caller failed: refused, network, shutting down</td><td>it is usable</td><td>suspect</td>
 *     <td>it is probed, once however many callers fail; likewise if the primary tells a caller that it is none, but then
 *     all are probed</td></tr>
 * <tr><td>T11</td><td>members</td><td>added, removed</td><td>UNKNOWN, gone</td><td>monitored, forgotten</td></tr>
 * <tr><td>T12</td><td>hint</td><td></td><td>the same</td><td>it and the primary are probed</td></tr>
 * <tr><td></td><td>appointed</td><td>its epoch is above the greatest</td><td>the same</td><td>as T6</td></tr>
 * <tr><td></td><td>answered as primary</td><td>its epoch is below the greatest, which is abandoned</td><td>PRIMARY</td>
 *     <td>the greatest epoch falls to its own</td></tr>
 * <tr><td></td><td>forgotten</td><td>no node that answers shows the greatest epoch</td><td>the same</td><td>the greatest
 *     epoch falls to the greatest that is shown; all are probed</td></tr>
 * <tr><td>T13</td><td>closed</td><td></td><td>all UNKNOWN</td><td>nothing follows</td></tr>
 * </table>
 *
 * <p><b>Suspicion.</b> A suspect node keeps its status and connections, but its gate is closed until a probe decides
 * that was sent after the failure. The answer of an older one counts in all else, and has the node asked again.
 *
 * <p><b>Silence.</b> A node that owes its probe an answer keeps its status, its connections and its open gate; only others
 * are better asked. Whether it hangs is decided by whoever has the clock, and knows how slow everything else is.
 *
 * <p><b>Equal claims.</b> Epochs settle a split brain; where they are equal, or the store has none, history does. The
 * last primary is the <em>incumbent</em> once every node has been heard of while it stood, and so is each that follows
 * it. While it stands it stays; after it has failed or yielded, the next to claim succeeds it. Without an incumbent, as
 * at a cold start, all equal claimants are FENCED and nobody is primary, until one is left (the others having answered
 * as replicas, or failed), or exactly one has followers. It is adopted by its own next answer. To refuse writes is the
 * lesser harm: with no history, the choice of a primary would be the order of two packets.
 *
 * <p><b>An abandoned epoch.</b> Those who run the servers may give a promotion up and go back to the primary before it. Once
 * every node was heard since the greatest epoch was last shown, and all the others follow one that claims to be primary below it, that
 * is no stale primary any more: it becomes the primary, at its own epoch ({@code Abandonment} has the proof that this takes). The
 * epoch that was given up counts no more, also where a node comes back with it, until a node that had followed since shows it.
 *
 * <p>Where it departs from the MongoDB drivers, whose specification is its model: FENCED, FOREIGN and DOWN are states
 * that an operator can see, not an unknown server with an error text. A superseded primary's connections are retired,
 * since an old PostgreSQL primary would go on to accept writes. A replica's epoch fences a primary (T6). Between equal
 * epochs the incumbent stays, not the last to answer, as these stores have no elections. Foreign nodes stay in view,
 * since membership is configuration. A caller's broken connection does not take its node down: a session that an
 * administrator ends must not empty a healthy pool.
 */
public final class Topology {
    private Topology() {}

    /** Takes one input. Static, total, without clock, I/O or logging. */
    public static Step step(Snapshot now, Input in) {
        if (now.closed()) {
            return new Step(now, List.of(), List.of());
        }
        Draft draft = new Draft(now);
        if (in instanceof Input.Answered answered) {
            now.node(answered.node()).ifPresent(node -> Answers.take(draft, answered, node));
        } else if (in instanceof Input.Failed failed) {
            now.node(failed.node()).ifPresent(node -> Failures.take(draft, failed, node));
        } else if (in instanceof Input.Members members) {
            members(draft, now, members);
        } else if (in instanceof Input.Hint hint) {
            hint(draft, hint);
        } else if (in instanceof Input.Appointed appointed) {
            // As any epoch, it counts only if it is known of which cluster it is.
            if (draft.identity().isPresent()) {
                draft.appoint(appointed);
            }
        } else if (in instanceof Input.Forgotten forgotten) {
            draft.forget(forgotten.at());
        } else if (in instanceof Input.Closed closed) {
            close(draft, closed);
        }
        return draft.finish();
    }

    /** T11. */
    private static void members(Draft draft, Snapshot now, Input.Members members) {
        Set<String> added = new TreeSet<>(members.nodes());
        added.removeAll(now.nodes().keySet());
        Set<String> removed = new TreeSet<>(now.nodes().keySet());
        removed.removeAll(members.nodes());
        if (added.isEmpty() && removed.isEmpty()) {
            return;
        }
        draft.changed(
                new Change.MembersChanged(Collections.unmodifiableSet(added), Collections.unmodifiableSet(removed)));
        for (String node : added) {
            draft.put(KnownNode.unknown(node, members.at()));
            draft.act(new Action.Monitor(node));
        }
        for (String id : removed) {
            now.node(id)
                    .filter(node -> node.status() == Status.PRIMARY)
                    .ifPresent(node -> draft.changed(new Change.PrimaryLost(id, "it is no longer a member")));
            draft.act(new Action.Forget(id));
            now.node(id).ifPresent(node -> draft.move(node, Status.UNKNOWN, false, members.at()));
            draft.remove(id);
        }
    }

    /** T12. */
    private static void hint(Draft draft, Input.Hint hint) {
        if (draft.node(hint.node()) != null) {
            draft.probe(hint.node());
            draft.primary().ifPresent(primary -> draft.probe(primary.node()));
        }
    }

    /** T13. */
    private static void close(Draft draft, Input.Closed closed) {
        draft.primary().ifPresent(p -> draft.changed(new Change.PrimaryLost(p.node(), "closed")));
        for (NodeView node : draft.nodes()) {
            draft.move(node, Status.UNKNOWN, false, closed.at());
        }
        draft.close();
        draft.changed(new Change.TopologyClosed());
    }
}
