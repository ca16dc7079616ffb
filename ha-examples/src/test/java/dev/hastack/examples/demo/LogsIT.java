package dev.hastack.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an operator has to read of a failover, in the logs of the demo's services. */
@Tag("slow")
class LogsIT {
    /** In one log, for one failover of one store. */
    private static final int MOST = 15;

    /** What goes on for long, as a failover does on a slow machine, may be told of again, though not often. */
    private static final Duration FOR_ONE_MORE = Duration.ofSeconds(5);

    /** As logs shorten the name of its loggers. */
    private static final String LETTUCE = " i.l.";

    /** Of a connection that was given up before it was made, as one is on a busy machine; it warns of nothing. */
    private static final String GIVEN_UP = "Closing channel because endpoint is already closed";

    private static final Duration LOAD = Duration.ofSeconds(6);

    private final Map<Path, Integer> read = new HashMap<>();
    private final SoftAssertions lines = new SoftAssertions();

    @Test
    void a_failover_of_any_store_is_few_lines_in_the_log_of_each_service_and_no_stack_trace() throws Exception {
        Path logs = RunFolder.prepare();
        Console console = new Console(System.out, false, System::nanoTime);
        try (Platform platform = Platform.start(logs, console::status)) {
            Audience audience = Audience.prepare(platform, console::status);
            platform.heal();
            Map<Path, List<String>> unused = news(logs);
            for (Scene scene : List.of(Scene.PRIMARY_KILLED, Scene.REDIS_PRIMARY_KILLED, Scene.SEARCH_NODE_KILLED)) {
                Instant begin = Instant.now();
                // Whether its promise was kept is for the demo to tell.
                new Play(platform, audience, console, LOAD, false, false).play(scene);
                Instant healing = Instant.now();
                judge(scene.id(), MOST, Duration.between(begin, healing), news(logs));
                platform.heal();
                // All servers of a store may end and start for this, one after the other.
                judge(
                        "the way back from " + scene.id(),
                        2 * MOST,
                        Duration.between(healing, Instant.now()),
                        news(logs));
            }
        }
        lines.assertAll();
    }

    private void judge(String what, int atOnce, Duration lasted, Map<Path, List<String>> news) {
        int most = atOnce + (int) lasted.dividedBy(FOR_ONE_MORE);
        news.forEach((log, told) -> lines.assertThat(told)
                .as("%s in %s, %d lines:%n%s", what, log.getFileName(), told.size(), String.join("\n", told))
                .hasSizeLessThanOrEqualTo(most)
                .noneMatch(line -> line.startsWith("\tat ") || line.startsWith("Caused by"))
                .noneMatch(line -> line.contains(LETTUCE) && !line.contains(GIVEN_UP)));
    }

    /** What has been added to each log since the last call. */
    private Map<Path, List<String>> news(Path logs) throws IOException {
        Map<Path, List<String>> news = new TreeMap<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path log : files.filter(file -> !file.endsWith("demo.log")).toList()) {
                List<String> all = Files.readAllLines(log);
                Integer before = read.put(log, all.size());
                news.put(log, all.subList(before == null ? 0 : before, all.size()));
            }
        }
        return news;
    }
}
