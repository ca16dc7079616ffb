package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.json.JsonData;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.failure.Outcome;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
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
    /** Of so many documents the copies of the shards are worth no step of their own. */
    private static final long FEW = 10_000;

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
    /** Whether the swap was sent, so that it may be done though its answer was lost. */
    private boolean swapping;

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
    Rebuilt run() throws IOException, InterruptedException {
        long began = System.nanoTime();
        long deleted = 0;
        try {
            tell(RebuildProgress.Phase.CREATING, "every node of the cluster to know " + next.index());
            announce();
            tell(
                    RebuildProgress.Phase.ANNOUNCING,
                    "every process that writes to hear of it: each looks at least every " + life.toMillis() + " ms");
            TimeUnit.NANOSECONDS.sleep(life.plus(MARGIN).toNanos());
            startedAt = System.nanoTime();
            copy();
            tell(RebuildProgress.Phase.COPYING, "what was deleted meanwhile to be deleted here");
            deleted = repeatDeletions();
            replicate();
            tell(
                    RebuildProgress.Phase.SWAPPING,
                    "every node of the cluster to know that " + next.name() + " is the present one");
            verify(deleted);
            swap();
        } catch (Exception e) {
            abandon(e);
        } catch (Error e) {
            try {
                abandon(e);
            } catch (PublicationException.RebuildFailed | InterruptedException known) {
                // The error says it.
            }
            throw e;
        }
        // What fails from here on does not undo it.
        try {
            tell(RebuildProgress.Phase.DONE, "");
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("publication", next.publication())
                    .setCause(e)
                    .log("a listener failed after the rebuild to {} was done", next.name());
        }
        return new Rebuilt(
                next.name(),
                copies.taken(),
                copies.superseded(),
                deleted,
                Duration.ofNanos(System.nanoTime() - began),
                List.of());
    }

    /**
     * Ends it, for whatever reason; returns only if it is too late for that: the swap was made, and its answer lost.
     *
     * @throws PublicationException.RebuildFailed if the publication is what it was
     */
    private void abandon(Throwable reason) throws InterruptedException {
        // What is left to do must not be interrupted, too.
        boolean interrupted = Thread.interrupted() || reason instanceof InterruptedException;
        boolean known = false;
        try {
            boolean ended = remains.end(next);
            known = true;
            if (!ended) {
                unmarked(reason);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return;
            }
            remains.drop(next);
        } catch (IOException | RuntimeException e) {
            reason.addSuppressed(e);
        }
        if (interrupted) {
            throw (InterruptedException) new InterruptedException("rebuild of " + next.name()).initCause(reason);
        }
        String rest = known ? "" : "; what is left of it is removed later";
        throw new PublicationException.RebuildFailed(
                "publication '" + next.publication() + "': the rebuild to " + next.name()
                        + " failed, and the publication is what it was"
                        + (known || !swapping
                                ? ""
                                : ", unless its last step was done and the answer lost: the alias "
                                        + next.names().read(next.publication()) + " tells")
                        + rest + ": " + reason.getMessage(),
                known || !swapping ? Outcome.NOT_DONE : Outcome.UNKNOWN,
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
        if (!catalog.create(next.index(), filling(wanted), wanted.mapping(), marker)) {
            throw new IOException("the index " + next.index() + " exists already");
        }
    }

    /** Few documents are copied at once to all copies of the shards, which are made while writers hear of the index. */
    private Map<String, JsonValue> filling(Wanted wanted) {
        boolean few = what.total().isPresent() && what.total().getAsLong() <= FEW;
        return few ? Provisioning.quiet(wanted.settings()) : Provisioning.filling(wanted.settings());
    }

    private void copy() throws IOException, InterruptedException {
        long version = Versions.copied(next.number());
        tell(RebuildProgress.Phase.COPYING, "the source to be opened");
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
                    tell(RebuildProgress.Phase.COPYING, "the source and Elasticsearch, whichever is slower");
                }
            }
            finish(ingest, copies);
        }
    }

    private void finish(Ingest ingest, Ingested counts) throws IOException, InterruptedException {
        Duration within = what.limits().retryFor().plus(FLUSH_MARGIN);
        long since = System.nanoTime();
        while (!ingest.flush(Duration.ofNanos(TELL_NANOS))) {
            if (System.nanoTime() - since > within.toNanos()) {
                throw new IOException("the last documents were not taken within " + within);
            }
            tell(RebuildProgress.Phase.COPYING, "Elasticsearch to take the last documents");
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
            Wanted made = Wanted.of(next.publication(), config);
            Map<String, JsonValue> wanted = made.settings();
            Map<String, JsonValue> filling = filling(made);
            filling.forEach((name, value) -> {
                if (!value.equals(wanted.get(name))) {
                    settings.add(name, wanted.getOrDefault(name, JsonValue.NULL));
                }
            });
            JsonValue expand = wanted.get("index.auto_expand_replicas");
            if (expand != null && !filling.containsKey("index.auto_expand_replicas")) {
                settings.add("index.auto_expand_replicas", expand);
            }
            tell(
                    RebuildProgress.Phase.REPLICATING,
                    "every node of the cluster to know the settings of " + next.index());
            catalog.requests()
                    .send(
                            "indices.put_settings",
                            "PUT",
                            next.index(),
                            "/" + next.index() + "/_settings",
                            settings.build());
        }
        tell(RebuildProgress.Phase.REPLICATING, "every copy of the shards of " + next.name() + " to be refreshed");
        catalog.refresh(next.name());
        long since = System.nanoTime();
        ShardHealth enough = health(current);
        for (ShardHealth now = health(next); now.isWorseThan(enough); now = health(next)) {
            if (System.nanoTime() - since > what.replicasWithin().toNanos()) {
                throw new IOException("its shards have not been copied within " + what.replicasWithin());
            }
            tell(
                    RebuildProgress.Phase.REPLICATING,
                    "copies of the shards of " + next.name() + ": " + now.active() + " of "
                            + (now.active() + now.unassigned()) + " are active, and it is " + now.status() + " where "
                            + current.name() + " is " + enough.status());
            // Returns as soon as that is so.
            ShardHealth.await(catalog, next.name(), enough.status());
        }
    }

    /** Live writes may have added to what was copied; only deletions take away. */
    private void verify(long deleted) throws IOException {
        long found = client.count(count -> count.index(next.name())).count();
        long expected = copies.taken() - deleted;
        if (found < expected) {
            // Some may have been deleted since; each was noted before that.
            catalog.refresh(control.index());
            long noted = client.count(count -> count.index(control.index()).query(Deletions.during(next)))
                    .count();
            expected = copies.taken() - Math.max(deleted, noted);
        }
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
        swapping = true;
        try {
            catalog.change(actions.add(current, current.kept()).open(next));
        } catch (UnconfirmedException e) {
            unmarked(e);
            return;
        }
        try {
            catalog.change(new AliasActions().remove(next, next.swap()));
        } catch (IOException | RuntimeException e) {
            unmarked(e);
        }
    }

    /** It does no harm while this generation is the present one, and the next rebuild removes it first. */
    private void unmarked(Throwable reason) {
        LOG.atWarn()
                .addKeyValue("publication", next.publication())
                .setCause(reason)
                .log("the alias {} stays until the next rebuild: not every node has confirmed the swap", next.swap());
    }

    private void tell(RebuildProgress.Phase phase, String waitingFor) {
        toldAt = System.nanoTime();
        what.listener()
                .accept(new Progress(
                        next.publication(),
                        phase,
                        copies.taken() + copies.superseded(),
                        what.total(),
                        Duration.ofNanos(startedAt == 0 ? 0 : System.nanoTime() - startedAt),
                        waitingFor));
    }

    private ShardHealth health(Generation of) throws IOException {
        return ShardHealth.of(catalog, of.name())
                .orElseThrow(() -> new IOException(of.name() + " is not there any more"));
    }
}
