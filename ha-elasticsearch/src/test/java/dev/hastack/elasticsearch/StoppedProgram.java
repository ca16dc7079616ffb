package dev.hastack.elasticsearch;

import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.testkit.CallingProgram;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Thirty threads that search and write in a JVM that its test stops. */
final class StoppedProgram {
    private static final int THREADS = 15;

    private StoppedProgram() {}

    /** Runs on the settings that are its system properties. */
    public static void main(String[] arguments) throws Exception {
        try (Articles articles = Articles.open(CallingProgram.settings())) {
            CallingProgram.run(
                    Map.of("search", () -> articles.search("news"), "add", () -> {
                        articles.add("news");
                        return true;
                    }),
                    THREADS,
                    () -> wrong(articles));
        }
    }

    /** Open breakers, of nodes and of publications; of nodes that are not UP the log tells. */
    private static List<String> wrong(Articles articles) {
        return articles.stack().health().stores().stream()
                .flatMap(store -> Stream.concat(
                        store.notes().stream().map(HealthNote::text).filter(text -> text.contains("kept away")),
                        store.nodes().stream()
                                .filter(NodeHealth::breakerOpen)
                                .map(node -> "the breaker of " + node.node() + " is open")))
                .toList();
    }
}
