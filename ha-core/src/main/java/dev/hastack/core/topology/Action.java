package dev.hastack.core.topology;

/** What the monitor must do after it has published the next snapshot. */
public sealed interface Action {

    /** Probe this node at once. */
    record ProbeNow(String node) implements Action {}

    /**
     * Close the connections of this node's generation.
     *
     * @param generation the one to close; the node's next connections belong to the next
     * @param interrupt whether those in use are aborted, so that no thread waits on them; otherwise they may finish
     */
    record Retire(String node, int generation, boolean interrupt) implements Action {}

    /** Start to probe this node. */
    record Monitor(String node) implements Action {}

    /** Stop to probe this node. */
    record Forget(String node) implements Action {}
}
