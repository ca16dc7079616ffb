package dev.hastack.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What {@code commands.txt} says of each command. Immutable. */
final class CommandTable {
    private static final Map<String, Entry> BY_NAME = read();
    private static final Map<CommandType, Entry> BY_TYPE = new EnumMap<>(CommandType.class);

    static {
        for (CommandType type : CommandType.values()) {
            Entry entry = BY_NAME.get(CommandRoute.name(type));
            if (entry != null) {
                BY_TYPE.put(type, entry);
            }
        }
    }

    private CommandTable() {}

    /**
     * A command, or one of its subcommands.
     *
     * @param positions of its keys, unless it is known by its subcommands alone
     * @param reply where its reply has keys
     * @param harm why it is refused under a key prefix
     * @param subcommands by their names
     */
    record Entry(
            @Nullable KeyPositions positions,
            KeysInReply reply,
            @Nullable String harm,
            Map<String, Entry> subcommands) {
        Entry merge(Entry other) {
            Map<String, Entry> all = new HashMap<>(subcommands);
            all.putAll(other.subcommands);
            Entry own = positions == null && harm == null ? other : this;
            return new Entry(own.positions, own.reply, own.harm, Map.copyOf(all));
        }

        private boolean known() {
            return positions != null || harm != null;
        }

        /** What the command's first argument makes of it, or null if nothing is known of that. */
        @Nullable
        Entry of(SentArgs args) {
            Entry sub = subcommands.isEmpty() ? null : subcommands.get(args.word(1));
            return sub != null ? sub : known() ? this : null;
        }
    }

    /** Null if it is not known. */
    static @Nullable Entry of(ProtocolKeyword type) {
        return type instanceof CommandType known ? BY_TYPE.get(known) : BY_NAME.get(CommandRoute.name(type));
    }

    /** {@code GET}, {@code XINFO|STREAM}. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        BY_NAME.forEach((name, entry) -> {
            if (entry.known()) {
                names.add(name);
            }
            entry.subcommands().keySet().forEach(sub -> names.add(name + "|" + sub));
        });
        return names;
    }

    private static Map<String, Entry> read() {
        Map<String, Entry> entries = new HashMap<>();
        for (String line : text().lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int colon = line.indexOf(" : ");
                Entry entry = entry(line.substring(0, colon));
                for (String name :
                        line.substring(colon + 3).toUpperCase(Locale.ROOT).split(" ", -1)) {
                    String[] parts = name.split("\\|", -1);
                    entries.merge(
                            parts[0],
                            parts.length == 1
                                    ? entry
                                    : new Entry(null, KeysInReply.NONE, null, Map.of(parts[1], entry)),
                            Entry::merge);
                }
            }
        }
        return Map.copyOf(entries);
    }

    private static Entry entry(String text) {
        if (text.startsWith("! ")) {
            return new Entry(null, KeysInReply.NONE, text.substring(2), Map.of());
        }
        List<String> parts = List.of(text.split(" > ", -1));
        KeysInReply reply = parts.size() == 1
                ? KeysInReply.NONE
                : KeysInReply.valueOf(parts.get(1).toUpperCase(Locale.ROOT));
        return new Entry(KeyPositions.parse(parts.get(0)), reply, null, Map.of());
    }

    private static String text() {
        try (InputStream in = CommandTable.class.getResourceAsStream("commands.txt")) {
            if (in == null) {
                throw new IllegalStateException("commands.txt is not on the class path beside " + CommandTable.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
