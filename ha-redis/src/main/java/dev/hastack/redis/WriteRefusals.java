package dev.hastack.redis;

import dev.hastack.core.topology.Refused;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a primary refuses writes, by what its INFO says (https://redis.io/docs/latest/commands/info/). */
final class WriteRefusals {
    private WriteRefusals() {}

    /**
     * The reason, if there is one.
     *
     * @param fields of the sections replication and memory
     * @param wanted how many replicas a write needs, if that was asked and answered
     */
    static Optional<Refused> of(Map<String, String> fields, @Nullable String wanted) {
        if (!"master".equals(fields.get("role"))) {
            return Optional.empty();
        }
        return memory(fields).or(() -> replicas(fields, wanted)).map(Refused::writes);
    }

    /** With any other policy than noeviction, room is made by the next write, as long as there is something to evict. */
    private static Optional<String> memory(Map<String, String> fields) {
        long most = number(fields.get("maxmemory"), 0);
        long used = number(fields.get("used_memory"), 0) - number(fields.get("mem_not_counted_for_evict"), 0);
        return most > 0 && used > most && "noeviction".equals(fields.get("maxmemory_policy"))
                ? Optional.of("OOM " + used + " bytes of memory are used, more than maxmemory of " + most
                        + ", and maxmemory-policy is noeviction")
                : Optional.empty();
    }

    private static Optional<String> replicas(Map<String, String> fields, @Nullable String wanted) {
        long good = number(fields.get("min_slaves_good_slaves"), -1);
        // Whoever wants any wants one at least.
        long least = number(wanted, 1);
        return good >= 0 && good < least
                ? Optional.of("NOREPLICAS " + good + " replicas are in touch, fewer than min-replicas-to-write"
                        + (wanted == null ? "" : " of " + least))
                : Optional.empty();
    }

    private static long number(@Nullable String text, long otherwise) {
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
