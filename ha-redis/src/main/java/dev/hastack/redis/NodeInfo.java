package dev.hastack.redis;

import dev.hastack.core.topology.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a node says of itself by INFO (https://redis.io/docs/latest/commands/info/).
 *
 * @param runId of the process; a restart changes it
 * @param replid of the history that its data are of
 * @param replid2 of the history that this one goes on, if it does: a promoted replica keeps its primary's
 * @param offset in bytes: written, for a primary; applied, for a replica
 * @param followers how many replicas are connected to it
 * @param linked whether it is in touch with its primary; true for a primary
 * @param synced whether it has ever had the data of a primary; true for a primary
 */
record NodeInfo(
        Role role,
        String runId,
        String replid,
        Optional<String> replid2,
        long offset,
        int followers,
        boolean linked,
        boolean synced) {
    private static final String NO_REPLID = "0".repeat(40);
    /** -1 of a replica that was never in touch with a primary. */
    private static final String DOWN_SINCE = "master_link_down_since_seconds";
    /** What a replica without data says; one whose data are of a primary that never wrote says 0. */
    private static final long NO_OFFSET = 1;
    /** A replica tells how far it is once per second; this is also the last lag of those that do. */
    private static final Pattern IN_TOUCH = Pattern.compile("slave\\d+:.*state=online,.*lag=[01]");

    static NodeInfo of(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        boolean primary = "master".equals(fields.get("role"));
        String before = fields.getOrDefault("master_replid2", NO_REPLID);
        boolean linked = primary || "up".equals(fields.get("master_link_status"));
        long offset = number(fields, primary ? "master_repl_offset" : "slave_repl_offset");
        return new NodeInfo(
                primary ? Role.PRIMARY : Role.REPLICA,
                fields.getOrDefault("run_id", ""),
                fields.getOrDefault("master_replid", ""),
                before.equals(NO_REPLID) ? Optional.empty() : Optional.of(before),
                offset,
                primary ? (int) number(fields, "connected_slaves") : 0,
                linked,
                primary || linked || number(fields, DOWN_SINCE) >= 0 || offset > NO_OFFSET);
    }

    /** How many replicas a primary has heard of in the last two seconds, by its INFO. */
    static int inTouch(String info) {
        return (int) info.lines()
                .filter(line -> IN_TOUCH.matcher(line.strip()).matches())
                .count();
    }

    private static long number(Map<String, String> fields, String name) {
        try {
            return Long.parseLong(fields.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
