package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.service.Routes;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plays one scene: load, a fault in the middle of it, and the judgement. */
final class Play {

    private static final Logger LOG = LoggerFactory.getLogger(Play.class);

    /** How much longer than asked a scene may last until it proves something. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /**
     * A busy machine publishes slowly, which breaks no promise: all that is asked is that it is done in the end. So long none of the
     * jobs may be done.
     */
    private static final Duration FOR_JOBS = Duration.ofMinutes(3);

    /** Each reads all that was published: looking must not be what keeps the jobs from ending. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private static final int ALARMS_TOLD = ResultLines.ALARMS;

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
        try {
            platform.heal();
            tell("before", platform.topology());
        } catch (IllegalStateException | UncheckedIOException e) {
            return told(Result.unknown(scene, "what was broken before is not whole again: " + reason(e)));
        }

        if (!scene.sparesAll()) {
            platform.disturb();
        }
        Recorder recorder = new Recorder();
        Seen seen;
        Load load = audience.work(recorder);
        try (DelayWatch watch = DelayWatch.start()) {
            seen = act(scene, recorder, watch.delays());
        } finally {
            load.close();
        }
        try {
            tell("after", platform.topology());
            console.status("  waiting for the jobs");
            awaitPublications(recorder.toPublish().values());
            console.status("  reading every acknowledged article again");
            return told(judge(scene, recorder, seen));
        } catch (SQLException | IllegalStateException | UncheckedIOException e) {
            return told(Result.unknown(scene, "what was acknowledged could not be read again: " + reason(e)));
        }
    }

    /**
     * What was seen under load.
     *
     * @param takenByOld articles that an old primary took by itself
     * @param held the worst time of each kind of callers
     * @param delay the machine's worst
     * @param missing why this is not all that there was to be seen
     */
    private record Seen(
            List<Article> takenByOld, Silences silences, List<Held> held, Duration delay, List<String> missing) {}

    private Seen act(Scene scene, Recorder recorder, Delays delays) throws InterruptedException {
        Timeline timeline = new Timeline(console, recorder);
        List<Article> takenByOld = List.of();
        List<String> missing = new ArrayList<>();
        try (Operator operator = new Operator(platform, audience.news(), timeline, recorder, length)) {
            timeline.until(length.dividedBy(3));
            takenByOld = operator.act(scene);
            timeline.until(length);
            Deadline deadline = new Deadline(PATIENCE);
            while (!(recorder.acknowledged().size() >= enough()
                            && recorder.writesSinceRecovery().orElse(1) > 0)
                    && !deadline.isOver()) {
                timeline.until(timeline.elapsed().plusMillis(100));
            }
            if (recorder.writesSinceRecovery().orElse(1) == 0
                    && recorder.absences().lasts(Kind.PUBLISHING)) {
                missing.add("the servers were away until the end, so nothing could be written");
            }
        } catch (SQLException | IllegalStateException | UncheckedIOException e) {
            LOG.warn("{} could not be played to its end", scene.id(), e);
            missing.add("it could not be played to its end: " + reason(e));
        }
        List<Held> held = Arrays.stream(Kind.values())
                .flatMap(kind -> Held.worst(kind, recorder.silences(kind), recorder.absences(), delays).stream())
                .toList();
        return new Seen(takenByOld, recorder.silences(), held, delays.worst(), missing);
    }

    /** What went wrong in one line; servers' logs may follow it. */
    private static String reason(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private int enough() {
        return (int) Math.min(ENOUGH, ENOUGH_PER_SECOND * length.toSeconds());
    }

    private Result judge(Scene scene, Recorder recorder, Seen seen) throws SQLException {
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
                    strays(seen.takenByOld(), recorder),
                    promised.size(),
                    paths(Evidence.unpublished(primary, promised)),
                    Evidence.unrouted(primary, redis),
                    Evidence.unfound(primary, search),
                    seen.silences(),
                    recorder.oldestRead(),
                    seen.missing().isEmpty() ? recorder.writesSinceRecovery() : OptionalInt.empty(),
                    falseAlarms(scene),
                    seen.held(),
                    seen.delay(),
                    seen.missing());
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
    private void awaitPublications(Collection<Article> promised) throws InterruptedException, SQLException {
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

    private Result told(Result result) {
        ResultLines.of(result).forEach(console::line);
        return result;
    }
}
