package dev.hastack.examples.demo;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What nodes of Redis say of themselves at one time: whether a write could be acknowledged by replicas, and by how many. */
enum RedisLook {
    /** No node says that it is the primary, or none of those that do is in touch with a replica. */
    AWAY,
    /** The primary is in touch with a replica, and does not name another one that is there. */
    INCOMPLETE,
    /** The primary is in touch with all that are there. */
    WHOLE;

    private static final Pattern PRIMARY = Pattern.compile("(?m)^role:master\\r?$");
    private static final Pattern REPLICA = Pattern.compile("(?m)^role:slave\\r?$");
    private static final Pattern IN_TOUCH = Pattern.compile("(?m)^slave\\d+:.*state=online.*$");

    /**
     * Looks.
     *
     * @param replication what each node that runs and answers says to {@code INFO replication}, by its name
     * @param former the primary that was killed or hung; where another says that it is the primary, this one is so no more
     */
    static RedisLook of(Map<String, String> replication, String former) {
        Map<String, String> primaries = new HashMap<>(replication);
        primaries.values().removeIf(info -> !PRIMARY.matcher(info).find());
        if (primaries.size() > 1) {
            primaries.remove(former);
        }
        long inTouch =
                primaries.values().stream().mapToLong(RedisLook::inTouch).max().orElse(0);
        if (inTouch == 0) {
            return AWAY;
        }
        return inTouch < replicas(replication.values()) ? INCOMPLETE : WHOLE;
    }

    private static long inTouch(String primary) {
        return IN_TOUCH.matcher(primary).results().count();
    }

    private static long replicas(Collection<String> replication) {
        return replication.stream().filter(info -> REPLICA.matcher(info).find()).count();
    }
}
