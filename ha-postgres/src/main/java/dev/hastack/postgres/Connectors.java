package dev.hastack.postgres;

import java.util.Map;
import org.postgresql.PGProperty;

/** Makes connectors. The one seam between ha-stack and the driver: benchmarks put a driver here that does no I/O. */
interface Connectors {

    /**
     * A connector to this node.
     *
     * @param socketsKey in the registry of {@link NodeSocketFactory}
     * @param defaults driver properties that the configuration may override
     */
    Connector to(String node, String socketsKey, Map<PGProperty, String> defaults);
}
