package dev.hastack.redis;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The replicas that a primary is in touch with, by its INFO: those it has heard of in the last two seconds, and has no more to send a
 * first copy to.
 *
 * @param written how much it has written, in bytes
 * @param acknowledged how much of that each of them has said to have
 */
record InTouch(long written, List<Long> acknowledged) {
    static final InTouch NOBODY = new InTouch(0, List.of());

    /**
     * A replica tells how far it is once per second; this is also the last lag of those that do. Servers since Redis 8, and Valkey 8, say
     * more behind it.
     */
    private static final Pattern REPLICA =
            Pattern.compile("slave\\d+:.*state=online,offset=(\\d{1,18}),lag=[01](,.*)?");

    InTouch {
        acknowledged = List.copyOf(acknowledged);
    }

    static InTouch of(String info) {
        return of(NodeFacts.fields(info));
    }

    static InTouch of(Map<String, String> fields) {
        return new InTouch(
                NodeInfo.number(fields, "master_repl_offset"),
                fields.entrySet().stream()
                        .map(field -> REPLICA.matcher(field.getKey() + ":" + field.getValue()))
                        .filter(Matcher::matches)
                        .map(replica -> Long.valueOf(replica.group(1)))
                        .toList());
    }

    int count() {
        return acknowledged.size();
    }

    /** How many have at least so much. */
    int having(long offset) {
        return (int) acknowledged.stream().filter(has -> has >= offset).count();
    }
}
