package dev.hastack.core.topology;

/**
 * Something that a node refuses while it answers: it is not gone, and what else it says of itself counts. Immutable.
 *
 * @param use what callers cannot do for it
 * @param what in a word or two: {@code writes}, or the question of a probe that was refused
 * @param why as the node says it, in one line, without credentials
 */
public record Refused(Use use, String what, String why) {

    /** What a refusal takes from callers. */
    public enum Use {
        /** Everything. */
        ALL,
        /** What changes data; reads are served. */
        WRITES,
        /** Nothing: only a fact about the node is missing. */
        NOTHING
    }

    /** Writes, for this reason. */
    public static Refused writes(String why) {
        return new Refused(Use.WRITES, "writes", why);
    }

    /** A question of the probe, for this reason. */
    public static Refused fact(String what, String why) {
        return new Refused(Use.NOTHING, what, why);
    }

    /** Whether callers who want this get nothing. */
    boolean hits(Use wanted) {
        return use == Use.ALL || use == wanted;
    }

    /** {@code writes refused: MISCONF Redis is configured to save RDB snapshots}. */
    public String text() {
        return what + " refused: " + why;
    }
}
