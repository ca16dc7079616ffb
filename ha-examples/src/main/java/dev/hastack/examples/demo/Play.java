package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Plays one scene: load, a fault in the middle of it, and the judgement. */
final class Play {

    /** How much longer than asked a scene may last to reach the articles that prove something. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Platform platform;
    private final Audience audience;
    private final Console console;
    private final Options options;

    Play(Platform platform, Audience audience, Console console, Options options) {
        this.platform = platform;
        this.audience = audience;
        this.console = console;
        this.options = options;
    }

    Result play(Scene scene) throws InterruptedException {
        console.line("");
        console.line(scene.id() + ": " + scene.story());
        console.status("  healing");
        platform.heal();
        console.line("  before   " + platform.topology());

        Recorder recorder = new Recorder();
        Timeline timeline = new Timeline(console, recorder);
        List<Article> takenByOld;
        Duration writeSilence;
        Duration readSilence;
        Load load = audience.work(recorder);
        try {
            timeline.until(options.load().dividedBy(3));
            takenByOld = new Operator(platform, audience.news(), timeline, recorder, options.load()).act(scene);
            timeline.until(options.load());
            while (recorder.acknowledged().size() < Result.ENOUGH
                    && timeline.elapsed().compareTo(options.load().plus(PATIENCE)) < 0) {
                timeline.until(timeline.elapsed().plusMillis(100));
            }
            writeSilence = recorder.writes().longest();
            readSilence = recorder.reads().longest();
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "a node that must answer in " + scene.id() + " did not: " + e.getMessage(), e);
        } finally {
            load.close();
        }
        console.line("  after    " + platform.topology());

        console.status("  reading every acknowledged article again");
        Result result = new Result(
                scene,
                recorder.requests(),
                recorder.writeFailures(),
                recorder.readFailures(),
                recorder.acknowledged().size(),
                lost(recorder.acknowledged().values()),
                strays(takenByOld, recorder),
                writeSilence,
                readSilence,
                recorder.oldestRead(),
                recorder.savesSinceRecovery());
        tell(result);
        return result;
    }

    private List<String> lost(Collection<Article> acknowledged) {
        try (Connection primary = platform.stores().connectToPrimary()) {
            if (options.sabotage()) {
                sabotage(primary, acknowledged.iterator().next());
            }
            return Evidence.missing(primary, acknowledged);
        } catch (SQLException e) {
            throw new IllegalStateException("the acknowledged articles could not be read again: " + e.getMessage(), e);
        }
    }

    private static void sabotage(Connection primary, Article victim) throws SQLException {
        try (PreparedStatement delete =
                primary.prepareStatement("DELETE FROM article WHERE publication = ? AND id = ?")) {
            delete.setString(1, victim.publication());
            delete.setString(2, victim.id());
            if (delete.executeUpdate() != 1) {
                throw new SQLException("there is nothing to sabotage at " + victim.path());
            }
        }
    }

    /** What the clients of the old primary's saves were told is right only if they were told that nobody knows. */
    private static List<String> strays(List<Article> takenByOld, Recorder recorder) {
        return takenByOld.stream()
                .filter(article -> !recorder.isUnknown(article))
                .map(Article::path)
                .toList();
    }

    private void tell(Result result) {
        console.line(String.format(
                "  clients  %d requests; %d writes failed and were sent again, %d reads failed",
                result.requests(), result.writeFailures(), result.readFailures()));
        console.line(String.format(
                "  articles %d acknowledged, %d lost",
                result.acknowledged(), result.lost().size()));
        console.line(String.format(
                "  silence  writes %d ms, reads %d ms",
                result.writeSilence().toMillis(), result.readSilence().toMillis()));
        console.line(String.format(
                "  age      the oldest article that was read had been superseded for %d ms, of %d ms that are allowed",
                result.oldestRead().toMillis(), Platform.MAX_LAG.toMillis()));
        console.line(result.kept() ? "  promise  kept" : "  promise  BROKEN: " + String.join("; ", result.broken()));
    }
}
