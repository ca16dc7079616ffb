package dev.hastack.examples.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What ha-stack warns of in the logs of the platform's processes. Safe for use by many threads. */
final class Alarms {

    /**
     * {@code 12:00:00.000 WARN  d.hastack.topology ...}. The examples' own words are none of ha-stack's; what a node says that it
     * refuses is the node's own word; and a job that comes again says nothing of a node.
     */
    private static final Pattern ALARM = Pattern.compile(
            "[0-9:.]{12} (?:WARN |ERROR) (?:\\[.*?\\] )?d\\.h(?:astack)?\\.(?!e\\.s\\.|e\\.http\\.|examples)"
                    + "(?!.*JobTroubles|.* answers, and refuses something).*");

    private static final Pattern LATE =
            Pattern.compile("(postgres|redis): (\\S+) lags by at least (\\d+(?:\\.\\d+)?) (ms|s|min),.*");

    private final Queue<Alarm> all = new ConcurrentLinkedQueue<>();

    /**
     * One line of a log.
     *
     * @param at when it was read
     */
    record Alarm(Instant at, String process, String line) {

        /** What it says if it is that a replica is late. */
        Optional<Late> late() {
            Matcher late = LATE.matcher(line);
            if (!late.find()) {
                return Optional.empty();
            }
            double number = Double.parseDouble(late.group(3));
            double millis = switch (late.group(4)) {
                case "ms" -> number;
                case "s" -> number * 1_000;
                default -> number * 60_000;
            };
            return Optional.of(new Late(late.group(1), late.group(2), Duration.ofMillis((long) millis)));
        }

        @Override
        public String toString() {
            return process + ": " + line;
        }
    }

    /** That this replica of this store was behind by at least so much. */
    record Late(String store, String node, Duration lag) {}

    /** Of any process, in the order in which they come. */
    void read(String process, String line) {
        if (ALARM.matcher(line).matches()) {
            all.add(new Alarm(Instant.now(), process, line));
        }
    }

    /** Those that came since then. */
    List<Alarm> since(Instant begin) {
        return all.stream().filter(alarm -> !alarm.at().isBefore(begin)).toList();
    }
}
