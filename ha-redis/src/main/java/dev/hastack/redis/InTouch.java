package dev.hastack.redis;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The replicas that a primary is in touch with, by its INFO: those it has heard from in the last two seconds, and that have a first copy
 * of what it has.
 *
 * @param written how much it has written, in bytes
 * @param replicas those it names and has heard from, and those it makes a copy for
 */
record InTouch(long written, List<Replica> replicas) {
    static final InTouch NOBODY = new InTouch(0, List.of());

    /**
     * A replica tells how far it is once per second; this is also the last lag of those that do. Servers since Redis 8, and Valkey 8, say
     * more behind it.
     */
    private static final Pattern REPLICA =
            Pattern.compile("slave\\d+:(ip=[^,]*,port=\\d+),state=(\\w+),offset=(\\d{1,18})(?:,lag=(-?\\d+))?(?:,.*)?");

    private static final Set<String> HEARD = Set.of("0", "1");

    /**
     * One of them.
     *
     * @param copying whether it has no copy yet, or has yet to load it
     * @param acknowledged how much it has said to have; 0 before it has said anything
     * @param silent for how many seconds it has said nothing; 0 while its copy is made
     */
    record Replica(String address, boolean copying, long acknowledged, int silent) {
        /**
         * The same, knowing what was said of it while it was copying. It has loaded the copy when it acknowledges something as one
         * that is online. What it acknowledged before its primary had noticed that the copy was complete counts for nothing: the
         * primary sends it what was written since only at its next word, up to a second later.
         */
        Replica after(Replica copying) {
            boolean acknowledges =
                    acknowledged > 0 && (acknowledged != copying.acknowledged || silent < copying.silent);
            return copying.copying && !acknowledges ? new Replica(address, true, acknowledged, silent) : this;
        }
    }

    InTouch {
        replicas = List.copyOf(replicas);
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
                        .flatMap(InTouch::replica)
                        .toList());
    }

    private static Stream<Replica> replica(Matcher said) {
        boolean online = said.group(2).equals("online");
        return online && (said.group(4) == null || !HEARD.contains(said.group(4)))
                ? Stream.empty()
                : Stream.of(new Replica(
                        said.group(1),
                        !online,
                        Long.parseLong(said.group(3)),
                        online ? Integer.parseInt(said.group(4)) : 0));
    }

    /**
     * The same, knowing what was said before: a primary calls a replica online as soon as it has sent the copy, which the replica has yet
     * to load.
     */
    InTouch after(InTouch before) {
        Map<String, Replica> copying = before.replicas.stream()
                .filter(Replica::copying)
                .collect(Collectors.toMap(Replica::address, one -> one, (one, other) -> one));
        return copying.isEmpty()
                ? this
                : new InTouch(
                        written,
                        replicas.stream()
                                .map(one -> one.after(copying.getOrDefault(one.address(), one)))
                                .toList());
    }

    int count() {
        return having(0);
    }

    /** The addresses of those that count, as the primary has them, told apart where a network shows several at one. */
    Set<String> names() {
        Set<String> names = new HashSet<>();
        for (Replica one : replicas) {
            String name = one.address();
            while (!one.copying() && !names.add(name)) {
                name += "'";
            }
        }
        return names;
    }

    /** How many have at least so much. */
    int having(long offset) {
        return (int) replicas.stream()
                .filter(one -> !one.copying() && one.acknowledged() >= offset)
                .count();
    }
}
