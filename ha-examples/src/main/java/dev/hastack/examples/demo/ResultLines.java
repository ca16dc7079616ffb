package dev.hastack.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the demo says of a scene when it is over. */
final class ResultLines {

    /** As many alarms as anybody reads. */
    static final int ALARMS = 20;

    private ResultLines() {}

    static List<String> of(Result result) {
        List<String> lines = new ArrayList<>();
        if (result.requests() > 0) {
            lines.addAll(seen(result));
        }
        result.falseAlarms().stream().limit(ALARMS).forEach(alarm -> lines.add("  alarm    " + alarm));
        lines.add("  promise  " + result.judgement());
        return lines;
    }

    private static List<String> seen(Result result) {
        Silences silences = result.silences();
        return List.of(
                String.format(
                        "  clients  %d requests; %d writes failed and were sent again, %d reads failed, %d searches failed",
                        result.requests(),
                        result.writeFailures().size(),
                        result.readFailures().size(),
                        result.searchFailures().size()),
                String.format(
                        "  articles %d acknowledged, %d lost; %d published, %d without a route, %d not in their search index",
                        result.acknowledged(),
                        result.lost().size(),
                        result.published(),
                        result.unrouted().size(),
                        result.unfound().size()),
                String.format(
                        "  silence  writes %d ms, publishing %d ms, reads %d ms, searches %d ms, jobs %d ms",
                        silences.writes().toMillis(),
                        silences.publications().toMillis(),
                        silences.reads().toMillis(),
                        silences.searches().toMillis(),
                        silences.jobs().toMillis()),
                "  held     while the servers were there: "
                        + result.held().stream().map(Held::toString).collect(Collectors.joining(", "))
                        + "; the machine delayed a thread by up to "
                        + result.delay().toMillis() + " ms",
                String.format(
                        "  age      the oldest article that was read had been superseded for %d ms, of %d ms that are allowed",
                        result.oldestRead().toMillis(), Platform.MAX_LAG.toMillis()));
    }
}
