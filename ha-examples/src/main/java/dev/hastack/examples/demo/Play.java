package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.service.Routes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Plays one scene: load, a fault in the middle of it, and the judgement. */
final class Play {

    /** How much longer than asked a scene may last until it proves something, which on a busy machine takes its time. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /**
     * A busy machine publishes slowly, which breaks no promise: all that is asked is that it is done in the end. So long none of the
     * jobs may be done.
     */
    private static final Duration FOR_JOBS = Duration.ofMinutes(3);

    /** Each reads all that was published: looking must not be what keeps the jobs from ending. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private static final int ALARMS_TOLD = 20;

    /** Acknowledged articles, in a scene of at least ten seconds: fewer would prove too little. */
    private static final int ENOUGH = 1_000;

    private static final int ENOUGH_PER_SECOND = 100;

    private final Platform platform;
    private final Audience audience;
    private final Console console;
    private final Duration length;
    private final boolean strict;
    private final boolean sabotage;

    /**
     * On this platform.
     *
     * @param length of the load
     * @param strict whether false alarms of whatever kind count
     * @param sabotage whether to lose an acknowledged article before it is judged
     */
    Play(Platform platform, Audience audience, Console console, Duration length, boolean strict, boolean sabotage) {
        this.platform = platform;
        this.audience = audience;
        this.console = console;
        this.length = length;
        this.strict = strict;
        this.sabotage = sabotage;
    }

    Result play(Scene scene) throws InterruptedException {
        console.line("");
        console.line(scene.id() + ": " + scene.story());
        console.status("  healing");
        platform.heal();
        tell("before", platform.topology());

        if (!scene.sparesAll()) {
            platform.disturb();
        }
        Recorder recorder = new Recorder();
        Timeline timeline = new Timeline(console, recorder);
        List<Article> takenByOld;
        Silences silences;
        Load load = audience.work(recorder);
        try {
            timeline.until(length.dividedBy(3));
            takenByOld = new Operator(platform, audience.news(), timeline, recorder, length).act(scene);
            timeline.until(length);
            Duration acted = timeline.elapsed();
            while (!(recorder.acknowledged().size() >= enough()
                            && recorder.writesSinceRecovery().orElse(1) > 0)
                    && timeline.elapsed().compareTo(acted.plus(PATIENCE)) < 0) {
                timeline.until(timeline.elapsed().plusMillis(100));
            }
            silences = recorder.silences();
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "a node that must answer in " + scene.id() + " did not: " + e.getMessage(), e);
        } finally {
            load.close();
        }
        tell("after", platform.topology());

        console.status("  waiting for the jobs");
        awaitPublications(recorder.toPublish().values());
        console.status("  reading every acknowledged article again");
        Result result = judge(scene, recorder, takenByOld, silences);
        tell(result);
        return result;
    }

    private int enough() {
        return (int) Math.min(ENOUGH, ENOUGH_PER_SECOND * length.toSeconds());
    }

    private Result judge(Scene scene, Recorder recorder, List<Article> takenByOld, Silences silences) {
        Collection<Article> acknowledged = recorder.acknowledged().values();
        Collection<Article> promised = recorder.toPublish().values();
        RedisKeys redis = platform.stores().redisKeys();
        SearchContents search = platform.stores().searchContents();
        try (Connection primary = platform.stores().connectToPrimary()) {
            if (sabotage) {
                sabotage(primary, redis, search, promised.iterator().next());
            }
            return new Result(
                    scene,
                    recorder.requests(),
                    recorder.writeFailures(),
                    recorder.readFailures(),
                    recorder.searchFailures(),
                    acknowledged.size(),
                    enough(),
                    Evidence.missing(primary, acknowledged),
                    strays(takenByOld, recorder),
                    promised.size(),
                    paths(Evidence.unpublished(primary, promised)),
                    Evidence.unrouted(primary, redis),
                    Evidence.unfound(primary, search),
                    silences,
                    recorder.oldestRead(),
                    recorder.writesSinceRecovery(),
                    falseAlarms(scene));
        } catch (SQLException e) {
            throw new IllegalStateException("the acknowledged articles could not be read again: " + e.getMessage(), e);
        }
    }

    /** That a replica is late is for ha-stack to know; who is silent on a machine that is overloaded may be silent for everybody. */
    private List<String> falseAlarms(Scene scene) {
        if (!scene.sparesAll()) {
            return List.of();
        }
        List<Alarms.Alarm> all = platform.falseAlarms();
        all.stream()
                .filter(alarm -> !counts(alarm))
                .limit(ALARMS_TOLD)
                .forEach(alarm -> console.line("  alarm    not counted: " + alarm));
        return all.stream().filter(this::counts).map(Alarms.Alarm::toString).toList();
    }

    private boolean counts(Alarms.Alarm alarm) {
        return strict || alarm.late().isPresent();
    }

    /** Returns when the jobs have done what they are for, or do no more. */
    private void awaitPublications(Collection<Article> promised) throws InterruptedException {
        Deadline deadline = new Deadline(FOR_JOBS, BETWEEN_LOOKS);
        Collection<Article> waiting = promised;
        RedisKeys redis = platform.stores().redisKeys();
        SearchContents search = platform.stores().searchContents();
        try (Connection primary = platform.stores().connectToPrimary()) {
            while (true) {
                List<Article> left = Evidence.unpublished(primary, waiting);
                if (left.size() < waiting.size()) {
                    deadline = new Deadline(FOR_JOBS, BETWEEN_LOOKS);
                }
                waiting = left;
                boolean done = waiting.isEmpty()
                        && Evidence.unrouted(primary, redis).isEmpty()
                        && Evidence.unfound(primary, search).isEmpty();
                if (done || deadline.isOver()) {
                    return;
                }
                deadline.pause("the jobs are not done");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the published articles could not be read: " + e.getMessage(), e);
        }
    }

    private static void sabotage(Connection primary, RedisKeys redis, SearchContents search, Article victim)
            throws SQLException {
        try (PreparedStatement delete =
                primary.prepareStatement("DELETE FROM article WHERE publication = ? AND id = ?")) {
            delete.setString(1, victim.publication());
            delete.setString(2, victim.id());
            if (delete.executeUpdate() != 1 || !redis.delete(Routes.key(victim))) {
                throw new SQLException("there is nothing to sabotage at " + victim.path());
            }
            search.delete(victim);
        }
    }

    private static List<String> paths(List<Article> articles) {
        return articles.stream().map(Article::path).toList();
    }

    /** What the clients of the old primary's saves were told is right only if they were told that nobody knows. */
    private static List<String> strays(List<Article> takenByOld, Recorder recorder) {
        return takenByOld.stream()
                .filter(article -> !recorder.isUnknown(article))
                .map(Article::path)
                .toList();
    }

    private void tell(String when, List<String> topology) {
        for (int i = 0; i < topology.size(); i++) {
            console.line(String.format("  %-8s %s", i == 0 ? when : "", topology.get(i)));
        }
    }

    private void tell(Result result) {
        console.line(String.format(
                "  clients  %d requests; %d writes failed and were sent again, %d reads failed, %d searches failed",
                result.requests(),
                result.writeFailures().size(),
                result.readFailures().size(),
                result.searchFailures().size()));
        console.line(String.format(
                "  articles %d acknowledged, %d lost; %d published, %d without a route, %d not in their search index",
                result.acknowledged(),
                result.lost().size(),
                result.published(),
                result.unrouted().size(),
                result.unfound().size()));
        console.line(String.format(
                "  silence  writes %d ms, publishing %d ms, reads %d ms, searches %d ms",
                result.silences().writes().toMillis(),
                result.silences().publications().toMillis(),
                result.silences().reads().toMillis(),
                result.silences().searches().toMillis()));
        console.line(String.format(
                "  age      the oldest article that was read had been superseded for %d ms, of %d ms that are allowed",
                result.oldestRead().toMillis(), Platform.MAX_LAG.toMillis()));
        result.falseAlarms().stream().limit(ALARMS_TOLD).forEach(alarm -> console.line("  alarm    " + alarm));
        console.line(result.kept() ? "  promise  kept" : "  promise  BROKEN: " + String.join("; ", result.broken()));
    }
}
