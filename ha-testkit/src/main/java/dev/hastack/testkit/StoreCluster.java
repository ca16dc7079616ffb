package dev.hastack.testkit;

import java.util.Map;

/** The nodes of one replicated store, started for tests. */
public interface StoreCluster extends AutoCloseable {

    /** The {@code ha.*} keys that lead ha-stack to this cluster. */
    Map<String, String> properties();

    /**
     * Undoes every fault: brings all nodes back into the roles that they started with, keeps the data of the present
     * primary, and returns when replication has caught up. Cheap when nothing is broken.
     *
     * @throws IllegalStateException if a node does not come back; the message holds the end of its log
     */
    void heal();

    /** The last {@code lines} lines of each node's log. */
    String logs(int lines);

    /** Ends all nodes at once and removes their files; further calls do nothing. */
    @Override
    void close();
}
