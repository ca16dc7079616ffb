package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.json.JsonData;
import dev.hastack.core.config.ElasticsearchConfig;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the next generation and makes it the present one. What orders it against live writes: {@link Markers} (each write is
 * in the source, or made to both generations), {@link Versions} (live writes win over copies), {@link Deletions} (what was
 * deleted stays so). What orders it against other processes: {@link Claim}, and that the swap needs the alias {@code -next},
 * which whoever ends the rebuild removes.
 */
final class RebuildRun<T> {
    private static final Logger LOG = LoggerFactory.getLogger(RebuildRun.class);

    /** By how much the announcement outlasts what a writer may believe. */
    private static final Duration MARGIN = Duration.ofMillis(250);

    private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Duration FLUSH_MARGIN = Duration.ofSeconds(30);

    private final ElasticsearchClient client;
    private final Catalog catalog;
    private final Control control;
    private final Duration life;
    private final Remains remains;
    private final ElasticsearchConfig.Publication config;
    private final Generation current;
    private final Generation next;
    private final Rebuild<T> what;
    private final Ingested copies = new Ingested();
    private long startedAt;
    private long toldAt;

    RebuildRun(
            ElasticsearchClient client,
            Catalog catalog,
            Control control,
            Duration life,
            Remains remains,
            ElasticsearchConfig.Publication config,
            Generation current,
            Generation next,
            Rebuild<T> what) {
        this.client = client;
        this.catalog = catalog;
        this.control = control;
        this.life = life;
        this.remains = remains;
        this.config = config;
        this.current = current;
        this.next = next;
        this.what = what;
    }

    /** @throws PublicationException.RebuildFailed if it ended without effect */
    RebuildResult run() throws IOException, InterruptedException {
        long began = System.nanoTime();
        long deleted;
        try {
            announce();
            tell(RebuildProgress.Phase.ANNOUNCING);
            TimeUnit.NANOSECONDS.sleep(life.plus(MARGIN).toNanos());
            startedAt = System.nanoTime();
            copy();
            deleted = repeatDeletions();
            tell(RebuildProgress.Phase.REPLICATING);
            replicate();
            verify(deleted);
            swap();
        } catch (Exception e) {
            throw abandoned(e);
        } catch (Error e) {
            e.addSuppressed(abandoned(e));
            throw e;
        }
        tell(RebuildProgress.Phase.DONE);
        return new RebuildResult(
                next.name(), copies.taken(), copies.superseded(), deleted, Duration.ofNanos(System.nanoTime() - began));
    }

    private PublicationException.RebuildFailed abandoned(Throwable reason) throws InterruptedException {
        // What is left to do must not be interrupted, too.
        boolean interrupted = Thread.interrupted() || reason instanceof InterruptedException;
        try {
            remains.abandon(next);
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
        }
        if (interrupted) {
            throw (InterruptedException) new InterruptedException("rebuild of " + next.name()).initCause(reason);
        }
        return new PublicationException.RebuildFailed(
                "publication '" + next.publication() + "': the rebuild to " + next.name()
                        + " failed, and the publication is what it was: " + reason.getMessage(),
                reason);
    }

    /** From here on, whoever looks writes to both. */
    private void announce() throws IOException, InterruptedException {
        if (next.shared()) {
            remains.empty(next.publication(), next.index());
            catalog.change(new AliasActions().add(next, next.name()).add(next, next.next()));
            return;
        }
        Wanted wanted = Wanted.of(next.publication(), config);
        JsonObject marker = Json.createObjectBuilder()
                .add(next.next(), AliasActions.definition(next))
                .build();
        if (!catalog.create(next.index(), Provisioning.filling(wanted.settings()), wanted.mapping(), marker)) {
            throw new IOException("the index " + next.index() + " exists already");
        }
    }

    private void copy() throws IOException, InterruptedException {
        long version = Versions.copied(next.number());
        // What is the same for all is said once a request.
        try (Ingest ingest = new Ingest(
                        client,
                        what.limits(),
                        next.name(),
                        settings -> settings.index(next.next()).requireAlias(true));
                Stream<? extends T> source = what.source().get()) {
            Iterator<? extends T> items = source.iterator();
            while (items.hasNext()) {
                T item = items.next();
                String stored = next.stored(what.id().apply(item));
                ingest.add(new Ingest.Next(
                        BulkOperation.of(bulk -> bulk.index(put -> put.id(stored)
                                .versionType(VersionType.External)
                                .version(version)
                                .document(what.content().apply(item)))),
                        copies));
                copies.throwFailure();
                if (System.nanoTime() - toldAt > TELL_NANOS) {
                    tell(RebuildProgress.Phase.COPYING);
                }
            }
            finish(ingest, copies);
        }
        tell(RebuildProgress.Phase.COPYING);
    }

    private void finish(Ingest ingest, Ingested counts) throws IOException, InterruptedException {
        Duration within = what.limits().retryFor().plus(FLUSH_MARGIN);
        if (!ingest.flush(within)) {
            throw new IOException("the last documents were not taken within " + within);
        }
        counts.throwFailure();
    }

    /** @return how many */
    private long repeatDeletions() throws IOException, InterruptedException {
        String index = control.index();
        catalog.refresh(index);
        Ingested deletions = new Ingested();
        try (Scan noted = Scan.open(client, index, Deletions.during(next), true)) {
            if (!noted.hasNext()) {
                return 0;
            }
            try (Ingest ingest = new Ingest(client, what.limits(), next.name())) {
                while (noted.hasNext()) {
                    JsonData source = noted.next().source();
                    if (source != null) {
                        JsonObject note = source.toJson().asJsonObject();
                        ingest.add(new Ingest.Next(
                                BulkOperation.of(bulk -> bulk.delete(delete -> delete.index(next.name())
                                        .id(note.getString("id"))
                                        .versionType(VersionType.ExternalGte)
                                        .version(note.getJsonNumber("version").longValue()))),
                                deletions));
                    }
                }
                finish(ingest, deletions);
            }
        }
        return deletions.taken() + deletions.superseded();
    }

    /** No worse than what it replaces: where nodes are missing, the present generation lacks copies as well. */
    private void replicate() throws IOException, InterruptedException {
        if (!next.shared()) {
            JsonObjectBuilder settings = Json.createObjectBuilder();
            Map<String, JsonValue> wanted =
                    Wanted.of(next.publication(), config).settings();
            Provisioning.filling(wanted).forEach((name, value) -> {
                if (!value.equals(wanted.get(name))) {
                    settings.add(name, wanted.getOrDefault(name, JsonValue.NULL));
                }
            });
            JsonValue expand = wanted.get("index.auto_expand_replicas");
            if (expand != null) {
                settings.add("index.auto_expand_replicas", expand);
            }
            catalog.requests()
                    .send(
                            "indices.put_settings",
                            "PUT",
                            next.index(),
                            "/" + next.index() + "/_settings",
                            settings.build());
        }
        catalog.refresh(next.name());
        long since = System.nanoTime();
        PublicationHealth enough = health(current);
        while (health(next).isWorseThan(enough)) {
            if (System.nanoTime() - since > what.replicasWithin().toNanos()) {
                throw new IOException("its shards have not been copied within " + what.replicasWithin());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Live writes may have added to what was copied; only deletions take away. */
    private void verify(long deleted) throws IOException {
        long found = client.count(count -> count.index(next.name())).count();
        long expected = copies.taken() - deleted;
        if (found < expected) {
            throw new IOException("expected at least " + expected + " documents in it, found " + found);
        }
    }

    private void swap() throws IOException {
        AliasActions actions = new AliasActions()
                .remove(next, next.next())
                .add(next, next.swap())
                .close(current);
        if (current.shared()) {
            actions.remove(current, current.name());
        }
        try {
            catalog.change(actions.add(current, current.kept()).open(next));
        } catch (IOException e) {
            // It may have been done, and the answer lost.
            if (!remains.isPresent(next)) {
                throw e;
            }
            return;
        }
        try {
            catalog.change(new AliasActions().remove(next, next.swap()));
        } catch (IOException | RuntimeException e) {
            // It does no harm while this generation is the present one, and the next rebuild removes it first.
            LOG.atWarn()
                    .addKeyValue("publication", next.publication())
                    .setCause(e)
                    .log("the alias {} stays until the next rebuild", next.swap());
        }
    }

    private void tell(RebuildProgress.Phase phase) {
        toldAt = System.nanoTime();
        what.listener()
                .accept(new RebuildProgress(
                        next.publication(),
                        phase,
                        copies.taken() + copies.superseded(),
                        what.total(),
                        Duration.ofNanos(startedAt == 0 ? 0 : System.nanoTime() - startedAt)));
    }

    private PublicationHealth health(Generation of) throws IOException {
        return PublicationHealth.of(catalog.requests(), of.name())
                .orElseThrow(() -> new IOException(of.name() + " is not there any more"));
    }
}
