package dev.hastack.redis;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Status;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What comes of the cluster's words on a node, and of the probe's. */
final class ClusterVerdicts {
    /** Of one that may hang: that it answers its probe is not so. */
    private static final String BREAKER_OF_SILENT =
            "its circuit breaker is open: half of the calls of the last seconds failed, and it owes its probe an answer";

    private ClusterVerdicts() {}

    /** While no node has told who belongs to the cluster. */
    static ClusterView ofSeeds(List<ClusterNode> seeds, ClusterView before, Instant now) {
        return new ClusterView(
                "unknown",
                0,
                seeds.stream().map(seed -> health(seed, null, before, now)).toList(),
                seeds.stream().map(seed -> 0).toList(),
                seeds.stream().map(ClusterVerdicts::withheld).toList(),
                !seeds.isEmpty() && seeds.stream().allMatch(ClusterVerdicts::denies));
    }

    static ClusterView of(
            String state, List<RedisClusterNode> members, ClusterNodes nodes, ClusterView before, Instant now) {
        List<NodeHealth> all = new ArrayList<>();
        List<Integer> shares = new ArrayList<>();
        int served = 0;
        for (RedisClusterNode member : members) {
            int share = member.getSlots().size();
            all.add(health(nodes.at(member.getUri()), member, before, now));
            shares.add(share);
            served += member.is(NodeFlag.FAIL) ? 0 : share;
        }
        return new ClusterView(
                state,
                served,
                all,
                shares,
                members.stream()
                        .map(member -> withheld(nodes.at(member.getUri())))
                        .toList(),
                members.stream().allMatch(member -> denies(nodes.at(member.getUri()))));
    }

    private static boolean denies(ClusterNode node) {
        ClusterNode.Verdict verdict = node.verdict();
        return verdict != null && verdict.denied();
    }

    private static String withheld(ClusterNode node) {
        ClusterNode.Verdict verdict = node.verdict();
        return verdict == null ? "" : verdict.withheld();
    }

    private static NodeHealth health(
            ClusterNode node, @Nullable RedisClusterNode member, ClusterView before, Instant now) {
        Optional<String> reason = reason(node, member);
        Status role = role(node, member);
        boolean refuses = role == Status.PRIMARY && refuses(node);
        Health health = !role.usable() || refuses ? Health.DOWN : reason.isEmpty() ? Health.UP : Health.DEGRADED;
        return NodeHealth.of(
                node.node(),
                node.address().toString(),
                health,
                role,
                member != null && member.is(NodeFlag.EVENTUAL_FAIL),
                member == null ? OptionalLong.empty() : OptionalLong.of(member.getConfigEpoch()),
                Optional.empty(),
                1,
                node.breaker().open(),
                before.nodes().stream()
                        .filter(last -> last.node().equals(node.node()) && last.role() == role)
                        .map(NodeHealth::since)
                        .findFirst()
                        .orElse(now),
                reason);
    }

    private static boolean refuses(ClusterNode node) {
        ClusterNode.Verdict verdict = node.verdict();
        return verdict != null && verdict.refusal().isPresent();
    }

    private static Status role(ClusterNode node, @Nullable RedisClusterNode member) {
        if (node.verdict() == null) {
            return Status.UNKNOWN;
        } else if (member == null || !node.answers() || member.is(NodeFlag.FAIL)) {
            return Status.DOWN;
        }
        return member.getRole().isUpstream() ? Status.PRIMARY : Status.REPLICA;
    }

    /** Why it is not well. */
    private static Optional<String> reason(ClusterNode node, @Nullable RedisClusterNode member) {
        ClusterNode.Verdict verdict = node.verdict();
        if (verdict == null) {
            return Optional.of("was not heard of yet");
        } else if (verdict.fault() != null) {
            return Optional.of(verdict.fault());
        } else if (member == null) {
            return Optional.of("has not told yet who belongs to its cluster");
        } else if (member.is(NodeFlag.FAIL) || member.is(NodeFlag.EVENTUAL_FAIL)) {
            return Optional.of("the cluster takes it for failed");
        } else if (verdict.refusal().isPresent()) {
            return verdict.refusal().map(Refused::text);
        } else if (!verdict.linked()) {
            return Optional.of("gets no reads: it has lost its primary (master_link_status:down)");
        }
        return node.denies().or(() -> breaker(node));
    }

    /** That its breaker is open, and what comes next; empty if it is not. */
    static Optional<String> breaker(ClusterNode node) {
        return node.breaker().nextTrial().map(next -> node.silent() ? BREAKER_OF_SILENT : NodeHealth.breakerOpen(next));
    }
}
