package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.service.ArticleTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/** Plays one scene: load, a fault in the middle of it, and the judgement. */
final class Play {

    /** What an operator, or Patroni, needs to find out that a primary is dead and to promote the standby. */
    private static final Duration UNTIL_PROMOTION = Duration.ofMillis(500);

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
        Stopwatch watch = new Stopwatch();
        OptionalInt savesBeforeRecovery;
        Duration writeSilence;
        Duration readSilence;
        Load load = audience.work(recorder);
        try {
            watchUntil(watch, options.load().dividedBy(3), recorder);
            savesBeforeRecovery = breakSomething(scene, watch, recorder);
            watchUntil(watch, options.load(), recorder);
            while (recorder.acknowledged().size() < Result.ENOUGH
                    && watch.elapsed().compareTo(options.load().plus(PATIENCE)) < 0) {
                watchUntil(watch, watch.elapsed().plusMillis(100), recorder);
            }
            writeSilence = recorder.writes().longest();
            readSilence = recorder.reads().longest();
        } finally {
            load.close();
        }
        console.line("  after    " + platform.topology());

        console.status("  reading every acknowledged article again");
        List<String> lost = lost(recorder.acknowledged().values());
        Result result = new Result(
                scene,
                recorder.requests(),
                recorder.writeFailures(),
                recorder.readFailures(),
                recorder.acknowledged().size(),
                lost,
                writeSilence,
                readSilence,
                savesBeforeRecovery.isPresent()
                        ? OptionalInt.of(recorder.saves() - savesBeforeRecovery.getAsInt())
                        : savesBeforeRecovery);
        tell(result);
        return result;
    }

    /** How many saves were acknowledged until there was a primary again, when the scene takes it away. */
    private OptionalInt breakSomething(Scene scene, Stopwatch watch, Recorder recorder) throws InterruptedException {
        return switch (scene) {
            case STEADY -> OptionalInt.empty();
            case REPLICA_KILLED -> {
                platform.stores().kill(Stores.DELIVERY);
                note(watch, "delivery killed");
                yield OptionalInt.empty();
            }
            case PRIMARY_KILLED -> OptionalInt.of(failOver(watch, recorder));
        };
    }

    private int failOver(Stopwatch watch, Recorder recorder) throws InterruptedException {
        Stores stores = platform.stores();
        stores.kill(Stores.MAIN);
        Duration killed = watch.elapsed();
        note(watch, "main killed");
        Thread.sleep(UNTIL_PROMOTION.toMillis());
        boolean ahead = stores.deliveryIsAhead();
        stores.promoteStandby();
        int savesBeforeRecovery = recorder.saves();
        Duration without = watch.elapsed().minus(killed);
        note(watch, "standby promoted, after " + without.toMillis() + " ms without a primary");
        if (ahead) {
            stores.rebuildDelivery();
            note(watch, "delivery rebuilt: it held more of main than standby does, and could not follow");
        } else {
            stores.followStandby();
            note(watch, "delivery follows standby");
        }
        return savesBeforeRecovery;
    }

    private void note(Stopwatch watch, String event) {
        console.line(String.format("  %5.1f s  %s", watch.elapsed().toMillis() / 1000.0, event));
    }

    private void watchUntil(Stopwatch watch, Duration end, Recorder recorder) throws InterruptedException {
        for (Duration left = end.minus(watch.elapsed()); !left.isNegative(); left = end.minus(watch.elapsed())) {
            console.status(String.format(
                    "  %5.1f s  %d requests, %d failed, %d articles acknowledged",
                    watch.elapsed().toMillis() / 1000.0,
                    recorder.requests(),
                    recorder.writeFailures() + recorder.readFailures(),
                    recorder.acknowledged().size()));
            Thread.sleep(Math.min(200, left.toMillis() + 1));
        }
    }

    /** Those that the primary does not have, each read by its id past all servers. */
    private List<String> lost(Collection<Article> acknowledged) {
        List<String> lost = new ArrayList<>();
        try (Connection primary = platform.stores().connectToPrimary()) {
            if (options.sabotage()) {
                sabotage(primary, acknowledged.iterator().next());
            }
            for (Article article : acknowledged) {
                boolean kept = ArticleTable.drafts()
                        .read(primary, article.publication(), article.id())
                        .filter(stored -> stored.equals(article) || stored.version() > article.version())
                        .isPresent();
                if (!kept) {
                    lost.add(article.path());
                }
            }
            return lost;
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
        console.line(result.kept() ? "  promise  kept" : "  promise  BROKEN: " + String.join("; ", result.broken()));
    }

    /** The time since a scene's load began. */
    private static final class Stopwatch {
        private final long begin = System.nanoTime();

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - begin);
        }
    }
}
