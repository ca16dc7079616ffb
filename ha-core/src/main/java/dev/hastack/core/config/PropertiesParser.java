package dev.hastack.core.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the format of {@link java.util.Properties}, and remembers in which line each key stands. */
final class PropertiesParser {
    private final String file;
    private final Faults faults;
    private final List<ConfigSource.Entry> entries = new ArrayList<>();
    private final Map<String, Integer> lines = new HashMap<>();

    private PropertiesParser(String file, Faults faults) {
        this.file = file;
        this.faults = faults;
    }

    /** The entries whose keys begin with {@code prefix}, or look as if they were to. Two of the same key, or a broken escape, are faults. */
    static List<ConfigSource.Entry> parse(String text, String prefix, String file, Faults faults) {
        PropertiesParser parser = new PropertiesParser(file, faults);
        parser.parse(text, prefix);
        return parser.entries;
    }

    private void parse(String text, String prefix) {
        String[] natural = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < natural.length; i++) {
            int first = i;
            String line = stripLeading(natural[i]);
            if (line.isEmpty() || line.equals("\\") || line.charAt(0) == '#' || line.charAt(0) == '!') {
                continue;
            }
            StringBuilder logical = new StringBuilder();
            while (continues(line)) {
                logical.append(line, 0, line.length() - 1);
                line = i + 1 < natural.length ? stripLeading(natural[i + 1]) : "";
                if (isSetting(line)) {
                    faults.add(Fault.ofKey(
                            new ConfigSource.Entry(line.substring(0, keyEnd(line)), "", file + ":" + (i + 2)),
                            "expected no \\ at the end of the line before, which makes this a part of that",
                            Optional.empty()));
                    line = "";
                    break;
                }
                i++;
            }
            entry(logical.append(line).toString(), first + 1, prefix);
        }
    }

    /** Whether it is one of ours by itself: that it continues another line is a slip, which would hide what it says. */
    private static boolean isSetting(String line) {
        String key = line.substring(0, keyEnd(line));
        return Schema.knows(key) || (key.startsWith("ha.") && line.startsWith("=", skipBlank(line, key.length())));
    }

    private static int keyEnd(String line) {
        int end = 0;
        while (end < line.length() && !isSeparator(line.charAt(end)) && !isBlank(line.charAt(end))) {
            end += line.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(end, line.length());
    }

    private void entry(String line, int number, String prefix) {
        int end = keyEnd(line);
        int start = skipBlank(line, end);
        if (start < line.length() && isSeparator(line.charAt(start))) {
            start = skipBlank(line, start + 1);
        }
        Optional<String> key = unescape(line.substring(0, end));
        String origin = file + ":" + number;
        if (key.isEmpty() && mayBegin(line.substring(0, end), prefix)) {
            ConfigSource.Entry broken = new ConfigSource.Entry(line.substring(0, end), "", origin);
            faults.add(Fault.ofKey(broken, "expected four hexadecimal digits after \\u in the key", Optional.empty()));
        }
        if (key.isEmpty() || !key.get().startsWith(prefix)) {
            lookalike(line, origin);
            return;
        }
        Optional<String> value = unescape(line.substring(start));
        ConfigSource.Entry entry = new ConfigSource.Entry(key.get(), value.orElse(""), origin);
        Integer earlier = lines.putIfAbsent(key.get(), number);
        if (earlier != null) {
            faults.add(Fault.ofKey(entry, "set already in line " + earlier, Optional.empty()));
        } else if (value.isEmpty()) {
            faults.add(Fault.ofKey(entry, "expected four hexadecimal digits after \\u", Optional.empty()));
        } else {
            entries.add(entry);
        }
    }

    private void lookalike(String line, String origin) {
        int begin = LookalikeKeys.begin(line);
        String key = line.substring(0, begin + keyEnd(line.substring(begin)));
        // The key alone is at fault, and the value may be a secret.
        unescape(key)
                .filter(LookalikeKeys::likely)
                .ifPresent(plain -> entries.add(new ConfigSource.Entry(plain, "", origin)));
    }

    /** Whether a key that has a broken escape is one of ours as far as it can be read. */
    private static boolean mayBegin(String broken, String prefix) {
        StringBuilder plain = new StringBuilder();
        boolean unused = unescape(broken, plain);
        return plain.indexOf(prefix) == 0 || prefix.startsWith(plain.toString());
    }

    /** Empty if an escape is broken. */
    private static Optional<String> unescape(String text) {
        StringBuilder plain = new StringBuilder();
        return unescape(text, plain) ? Optional.of(plain.toString()) : Optional.empty();
    }

    /** Writes what is before an escape that is broken; returns whether there is none. */
    private static boolean unescape(String text, StringBuilder plain) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                plain.append(c);
            } else if (++i < text.length()) {
                switch (text.charAt(i)) {
                    case 't' -> plain.append('\t');
                    case 'n' -> plain.append('\n');
                    case 'r' -> plain.append('\r');
                    case 'f' -> plain.append('\f');
                    case 'u' -> {
                        String hex = text.substring(i + 1, Math.min(i + 5, text.length()));
                        if (!hex.matches("[0-9A-Fa-f]{4}")) {
                            return false;
                        }
                        plain.append((char) Integer.parseInt(hex, 16));
                        i += 4;
                    }
                    default -> plain.append(text.charAt(i));
                }
            }
        }
        return true;
    }

    /** Whether the line ends with an odd number of backslashes. */
    private static boolean continues(String line) {
        int backslashes = 0;
        while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static String stripLeading(String line) {
        return line.substring(skipBlank(line, 0));
    }

    private static int skipBlank(String line, int from) {
        int at = from;
        while (at < line.length() && isBlank(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }

    private static boolean isSeparator(char c) {
        return c == '=' || c == ':';
    }
}
