package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.topology.Role;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node says of itself by INFO (https://redis.io/docs/latest/commands/info/).
 *
 * @param runId of the process; a restart changes it
 * @param replid of the history that its data are of
 * @param replid2 of the history that this one goes on, if it does: a promoted replica keeps its primary's
 * @param offset in bytes: written, for a primary; applied, for a replica
 * @param followers how many replicas are connected to it
 * @param inTouch the replicas that have it as their primary; nobody for a replica
 * @param linked whether it is in touch with its primary; true for a primary
 * @param follows where the node is that it follows; empty for a primary
 * @param synced whether it has ever had the data of a primary; true for a primary
 * @param version of Redis; empty if it is not told
 */
record NodeInfo(
        Role role,
        String runId,
        String replid,
        Optional<String> replid2,
        long offset,
        int followers,
        InTouch inTouch,
        boolean linked,
        Optional<Address> follows,
        boolean synced,
        String version) {
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(\\..*)?");
    private static final String NO_REPLID = "0".repeat(40);
    /** -1 of a replica that was never in touch with a primary. */
    private static final String DOWN_SINCE = "master_link_down_since_seconds";
    /** What a replica without data says; one whose data are of a primary that never wrote says 0. */
    private static final long NO_OFFSET = 1;

    static NodeInfo of(String info) {
        return of(NodeFacts.fields(info));
    }

    static NodeInfo of(Map<String, String> fields) {
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
                primary ? InTouch.of(fields) : InTouch.NOBODY,
                linked,
                primary ? Optional.empty() : follows(fields),
                primary || linked || number(fields, DOWN_SINCE) >= 0 || offset > NO_OFFSET,
                fields.getOrDefault("redis_version", ""));
    }

    private static Optional<Address> follows(Map<String, String> fields) {
        String host = fields.getOrDefault("master_host", "");
        long port = number(fields, "master_port");
        return host.isBlank() || port < 1 || port > 65_535
                ? Optional.empty()
                : Optional.of(new Address(host, (int) port));
    }

    /** Whether a version is older than 7.2; not if it is not known. */
    static boolean before72(String version) {
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major < 7 || (major == 7 && Integer.parseInt(numbers.group(2)) < 2);
    }

    static long number(Map<String, String> fields, String name) {
        try {
            return Long.parseLong(fields.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
