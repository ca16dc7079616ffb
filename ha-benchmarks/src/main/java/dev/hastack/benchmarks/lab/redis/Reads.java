package dev.hastack.benchmarks.lab.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much a server was read, by its {@code INFO commandstats}. */
final class Reads {
    /** What the clients read with: all of them one of these. */
    private static final Pattern LINE = Pattern.compile("^cmdstat_z(?:rev)?range:calls=(\\d+),", Pattern.MULTILINE);

    private Reads() {}

    static long count(String commandstats) {
        Matcher line = LINE.matcher(commandstats);
        long count = 0;
        while (line.find()) {
            count += Long.parseLong(line.group(1));
        }
        return count;
    }
}
