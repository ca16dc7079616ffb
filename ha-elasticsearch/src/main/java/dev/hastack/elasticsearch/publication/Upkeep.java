package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.json.JsonData;
import dev.hastack.core.config.ElasticsearchConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What changes where a publication's documents are: one process at a time, by its {@link Claim}. */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final ElasticsearchClient client;
    private final Catalog catalog;
    private final Control control;
    private final Claim.Times times;
    private final Provisioning provisioning;
    private final Remains remains;
    private final String publication;
    private final ElasticsearchConfig.Publication config;
    /** This process's own, which its other threads must not take for another's. */
    private volatile @Nullable Thread recovery;

    Upkeep(
            ElasticsearchClient client,
            Catalog catalog,
            Control control,
            Claim.Times times,
            Provisioning provisioning,
            Remains remains,
            String publication,
            ElasticsearchConfig.Publication config) {
        this.client = client;
        this.catalog = catalog;
        this.control = control;
        this.times = times;
        this.provisioning = provisioning;
        this.remains = remains;
        this.publication = publication;
        this.config = config;
    }

    void provision(boolean writable) throws IOException, InterruptedException {
        provisioning.provision(publication, config, writable);
        if (writable && catalog.generations(publication).next().isPresent()) {
            Thread thread = new Thread(this::recover, "ha-rebuild-recovery-" + publication);
            thread.setDaemon(true);
            recovery = thread;
            thread.start();
        }
    }

    /** To tell a rebuild that is under way from one whose process has died takes a while. */
    private void recover() {
        try {
            Claim.with(control, publication, times, claim -> {
                remains.clear(publication);
                return true;
            });
        } catch (PublicationException.Busy e) {
            LOG.atInfo().addKeyValue("publication", publication).log("{}", e.getMessage());
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("publication", publication).setCause(e).log("cannot remove what a rebuild left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Change<R> {
        R from(Generation current, Claim claim) throws IOException, InterruptedException;
    }

    /** After the remains of those who had no time to clear up. */
    private <R> R alone(Change<R> change) throws IOException, InterruptedException {
        Thread clearing = recovery;
        if (clearing != null) {
            clearing.join(times.expiry().multipliedBy(2).toMillis());
            recovery = null;
        }
        return Claim.with(control, publication, times, claim -> {
            remains.clear(publication);
            return change.from(catalog.current(publication), claim);
        });
    }

    <T> RebuildResult rebuild(Rebuild<T> what) throws IOException, InterruptedException {
        return alone((current, claim) -> {
            RebuildResult result = run(current, current.shared() ? nextShared(current, claim) : nextOwn(claim), what);
            remains.surplus(publication, current.shared() ? Math.min(1, config.keep()) : config.keep());
            return result;
        });
    }

    /** The copies come from the index itself: what was written before the announcement ended is in it, once refreshed. */
    RebuildResult promote(Consumer<RebuildProgress> listener) throws IOException, InterruptedException {
        return alone((current, claim) -> {
            if (!current.shared()) {
                throw new PublicationException(
                        "publication '" + publication + "' has an index of its own already: " + current.index());
            }
            Rebuild<Hit<JsonData>> documents = Rebuild.<Hit<JsonData>>of(
                            () -> documents(current),
                            hit -> current.shown(Objects.requireNonNull(hit.id())),
                            hit -> Objects.requireNonNull(hit.source()))
                    .withTotal(
                            client.count(count -> count.index(current.name())).count())
                    .withListener(listener);
            RebuildResult result = run(current, nextOwn(claim), documents);
            // There is no way back: a process that has not heard of it would write ids of one layout into the other.
            remains.surplus(publication, 0);
            return result;
        });
    }

    private <T> RebuildResult run(Generation current, Generation next, Rebuild<T> what)
            throws IOException, InterruptedException {
        RebuildResult result =
                new RebuildRun<>(client, catalog, control, times.life(), remains, config, current, next, what).run();
        remains.forgetDeletions(publication);
        return result;
    }

    private Stream<Hit<JsonData>> documents(Generation generation) {
        try {
            catalog.refresh(generation.name());
            Query all = Query.of(query -> query.matchAll(match -> match));
            return Scan.open(client, generation.name(), all, true).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Generation nextOwn(Claim claim) throws IOException {
        int number = claim.number(least());
        Names names = catalog.names();
        return new Generation(names, publication, number, names.generation(publication, number), false);
    }

    /** In the other shared index than the present generation. */
    private Generation nextShared(Generation current, Claim claim) throws IOException, InterruptedException {
        int number = claim.number(least());
        if (catalog.names().shared(number).equals(current.index())) {
            number = claim.number(number + 1);
        }
        Generation next = provisioning.shared(publication, number);
        for (Generation kept : catalog.generations(publication).kept()) {
            if (kept.index().equals(next.index())) {
                remains.drop(kept);
            }
        }
        return next;
    }

    private int least() throws IOException {
        return catalog.generations(publication)
                .nextNumber(catalog.indices(publication).keySet());
    }

    void rollback() throws IOException, InterruptedException {
        alone((current, claim) -> {
            Generation earlier = catalog.generations(publication).kept().stream()
                    .filter(kept -> kept.shared() == current.shared())
                    .findFirst()
                    .orElseThrow(() -> new PublicationException("publication '" + publication
                            + "': there is no earlier generation to roll back to; rebuilds keep " + config.keep()
                            + " (ha.elasticsearch.publications." + publication + ".keep)"));
            AliasActions actions = new AliasActions()
                    .remove(earlier, earlier.kept())
                    .close(current)
                    .add(current, current.kept())
                    .open(earlier);
            if (current.shared()) {
                actions.remove(current, current.name()).add(earlier, earlier.name());
            }
            catalog.change(actions);
            return earlier;
        });
    }
}
