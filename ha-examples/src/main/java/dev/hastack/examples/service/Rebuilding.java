package dev.hastack.examples.service;

import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.elasticsearch.publication.Rebuild;
import dev.hastack.elasticsearch.publication.RebuildProgress;
import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.HttpError;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Indices that this server fills anew from PostgreSQL, while everybody searches and publishes. */
final class Rebuilding {

    private static final Logger LOG = LoggerFactory.getLogger(Rebuilding.class);

    private final Function<String, Publication> publications;
    private final DataSource primary;
    private final Map<String, State> states = new ConcurrentHashMap<>();

    Rebuilding(Function<String, Publication> publications, DataSource primary) {
        this.publications = publications;
        this.primary = primary;
    }

    /**
     * How far it is.
     *
     * @param phase of a rebuild that goes on or is done; {@code FAILED} of one that is over without effect
     * @param total of the articles
     * @param remainingMs an estimate, once there is one
     * @param waitingFor what it waits for, and for whom
     */
    record State(
            String phase,
            long done,
            long total,
            double rate,
            @Nullable Long remainingMs,
            String waitingFor) {
        static State of(String phase) {
            return new State(phase, 0, 0, 0, null, "");
        }

        boolean isOver() {
            return phase.equals("DONE") || phase.equals("FAILED");
        }
    }

    /**
     * Begins, and returns at once.
     *
     * @throws HttpError with 409 when this server is at it already
     */
    void begin(String publication) {
        states.compute(publication, (id, before) -> {
            if (before != null && !before.isOver()) {
                throw new HttpError(409, id + " is being rebuilt here: " + before);
            }
            return State.of("CLAIMING");
        });
        Thread thread = new Thread(() -> rebuild(publication), "rebuild-" + publication);
        thread.setDaemon(true);
        thread.start();
    }

    /** How far the last one is that this server has begun. */
    Optional<State> state(String publication) {
        return Optional.ofNullable(states.get(publication));
    }

    private void rebuild(String publication) {
        try {
            long total = count(publication);
            publications
                    .apply(publication)
                    .rebuild(Rebuild.of(() -> published(publication), Article::id)
                            .withTotal(total)
                            .withListener(progress -> states.put(publication, state(progress))));
        } catch (Exception e) {
            LOG.error("the rebuild of {} failed", publication, e);
            states.put(publication, State.of("FAILED"));
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long count(String publication) throws SQLException {
        try (Connection connection = primary.getConnection()) {
            return ArticleTable.published().count(connection, publication);
        }
    }

    private Stream<Article> published(String publication) {
        try {
            return ArticleTable.published().stream(primary.getConnection(), publication);
        } catch (SQLException e) {
            throw new IllegalStateException("the published articles cannot be read: " + e.getMessage(), e);
        }
    }

    private static State state(RebuildProgress progress) {
        return new State(
                progress.phase().name(),
                progress.done(),
                progress.total().orElse(0),
                progress.rate(),
                progress.remaining().map(Duration::toMillis).orElse(null),
                progress.waitingFor());
    }
}
