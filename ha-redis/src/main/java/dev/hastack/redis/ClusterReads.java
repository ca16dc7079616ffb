package dev.hastack.redis;

import io.lettuce.core.ReadFrom;
import io.lettuce.core.models.role.RedisNodeDescription;
import java.util.List;

/** Tells Lettuce where reads go. It asks once per slot, until the topology or this object is renewed. */
final class ClusterReads extends ReadFrom {
    private final ClusterNodes nodes;

    ClusterReads(ClusterNodes nodes) {
        this.nodes = nodes;
    }

    @Override
    public List<RedisNodeDescription> select(Nodes candidates) {
        return nodes.readers(candidates.getNodes());
    }

    @Override
    protected boolean isOrderSensitive() {
        return true;
    }
}
