package dev.hastack.redis;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.ReadOnlyCommands;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a command goes. What is not known goes to the primary. So do SCAN and its kind, since a cursor means nothing to
 * another server, and commands that Lettuce counts as reads but that change the server or the connection.
 */
enum CommandRoute {
    /** To a node that serves reads. */
    READ,
    /** To the primary, though it changes nothing. */
    PRIMARY_READ,
    /** To the primary. */
    WRITE,
    /** Binds a connection to one caller. */
    DEDICATED,
    /** Turns a connection into a subscriber. */
    PUB_SUB;

    private static final Set<String> MORE_READS = Set.of(
            "PING",
            "BITFIELD_RO",
            "EXPIRETIME",
            "PEXPIRETIME",
            "LCS",
            "SINTERCARD",
            "ZDIFF",
            "ZINTER",
            "ZUNION",
            "ZINTERCARD",
            "ZMSCORE",
            "SUBSTR");

    private static final Set<String> TO_PRIMARY = Set.of(
            "SCAN",
            "HSCAN",
            "SSCAN",
            "ZSCAN",
            "COMMAND",
            "ECHO",
            "INFO",
            "TIME",
            "ROLE",
            "DBSIZE",
            "LASTSAVE",
            "PUBSUB",
            "BF_SCANDUMP",
            "CF_SCANDUMP");

    /** What CLUSTER only asks. */
    private static final Set<String> CLUSTER_READS = Set.of(
            "INFO",
            "NODES",
            "SLOTS",
            "SHARDS",
            "MYID",
            "MYSHARDID",
            "KEYSLOT",
            "LINKS",
            "REPLICAS",
            "SLAVES",
            "COUNTKEYSINSLOT",
            "COUNT-FAILURE-REPORTS",
            "GETKEYSINSLOT");

    private static final Set<String> BOUND = Set.of(
            "MULTI",
            "EXEC",
            "DISCARD",
            "WATCH",
            "UNWATCH",
            "SELECT",
            "AUTH",
            "HELLO",
            "RESET",
            "QUIT",
            "CLIENT",
            "ASKING",
            "READONLY",
            "READWRITE",
            "MONITOR",
            "SYNC",
            "PSYNC",
            "WAIT",
            "WAITAOF",
            "BLPOP",
            "BRPOP",
            "BLMOVE",
            "BLMOVEM",
            "BRPOPLPUSH",
            "BLMPOP",
            "BZPOPMIN",
            "BZPOPMAX",
            "BZMPOP");

    private static final Set<String> SUBSCRIBERS =
            Set.of("SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "SSUBSCRIBE", "SUNSUBSCRIBE");

    private static final Map<CommandType, CommandRoute> BY_TYPE = new EnumMap<>(CommandType.class);

    private static final Map<String, CommandType> BY_NAME = new HashMap<>();

    static {
        for (CommandType type : CommandType.values()) {
            BY_TYPE.put(type, decide(type.name(), ReadOnlyCommands.isReadOnlyCommand(type)));
            BY_NAME.put(name(type), type);
        }
    }

    static CommandRoute of(ProtocolKeyword type, @Nullable CommandArgs<?, ?> args) {
        CommandType known = type instanceof CommandType own ? own : BY_NAME.get(name(type));
        if (known == null) {
            return decide(name(type), false);
        }
        return switch (known) {
            case XREAD -> blocks(args) ? DEDICATED : READ;
            case XREADGROUP -> blocks(args) ? DEDICATED : WRITE;
            case CLUSTER -> CLUSTER_READS.contains(SentArgs.of(args).word(1)) ? PRIMARY_READ : WRITE;
            default -> BY_TYPE.getOrDefault(known, WRITE);
        };
    }

    /** @param reads whether Lettuce takes it for a read */
    private static CommandRoute decide(String name, boolean reads) {
        if (BOUND.contains(name)) {
            return DEDICATED;
        } else if (SUBSCRIBERS.contains(name)) {
            return PUB_SUB;
        }
        if (TO_PRIMARY.contains(name)) {
            return PRIMARY_READ;
        }
        return !name.equals("SCRIPT") && (reads || MORE_READS.contains(name)) ? READ : WRITE;
    }

    /** As it is sent, in upper case. */
    static String name(ProtocolKeyword type) {
        return new String(type.getBytes(), StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
    }

    private static boolean blocks(@Nullable CommandArgs<?, ?> args) {
        return blockAt(SentArgs.of(args)) > 0;
    }

    /** The number of the argument that says how long XREAD or XREADGROUP waits, or 0. */
    static int blockAt(SentArgs args) {
        for (int i = 1; i < args.count(); i++) {
            switch (args.word(i)) {
                case "BLOCK" -> {
                    return i + 1;
                }
                case "COUNT", "CLAIM" -> i++;
                case "GROUP" -> i += 2;
                case "STREAMS" -> {
                    return 0;
                }
                default -> {}
            }
        }
        return 0;
    }
}
