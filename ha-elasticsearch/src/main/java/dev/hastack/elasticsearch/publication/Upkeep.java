package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.json.JsonData;
import dev.hastack.core.config.ElasticsearchConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
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
    private final Later later;
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
            Later later,
            String publication,
            ElasticsearchConfig.Publication config) {
        this.client = client;
        this.catalog = catalog;
        this.control = control;
        this.times = times;
        this.provisioning = provisioning;
        this.remains = remains;
        this.later = later;
        this.publication = publication;
        this.config = config;
    }

    void provision(boolean writable) throws IOException, InterruptedException {
        provisioning.provision(publication, config, writable);
        if (writable && remains()) {
            Thread thread = new Thread(this::recover, "ha-rebuild-recovery-" + publication);
            thread.setDaemon(true);
            recovery = thread;
            thread.start();
        }
    }

    private boolean remains() {
        try {
            return remains.any(publication, config.keep());
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("publication", publication).setCause(e).log("cannot look what a rebuild left");
            return false;
        }
    }

    /** To tell a rebuild that is under way from one whose process has died takes a while. */
    private void recover() {
        try {
            if (!clear()) {
                later.until(publication, this::clear);
            }
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("publication", publication).setCause(e).log("cannot remove what a rebuild left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether nothing is left that nobody needs. */
    private boolean clear() throws IOException, InterruptedException {
        try {
            return Claim.with(control, publication, times, claim -> {
                remains.clear(publication);
                List<String> unused = remains.surplus(publication, config.keep());
                return !remains.any(publication, config.keep());
            });
        } catch (PublicationException.Busy e) {
            LOG.atInfo().addKeyValue("publication", publication).log("{}", e.getMessage());
            return false;
        }
    }

    private interface Change<R> {
        R from(Generation current, Claim claim) throws IOException, InterruptedException;
    }

    private void claiming(Consumer<RebuildProgress> listener, OptionalLong total) {
        listener.accept(new Progress(
                publication,
                RebuildProgress.Phase.CLAIMING,
                0,
                total,
                Duration.ZERO,
                "whoever else rebuilds it, or has died of late at that: "
                        + times.expiry().toSeconds() + " s without a sign of life"));
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
        claiming(what.listener(), what.total());
        return alone(
                (current, claim) -> run(current, current.shared() ? nextShared(current, claim) : nextOwn(claim), what));
    }

    /** The copies come from the index itself: what was written before the announcement ended is in it, once refreshed. */
    RebuildResult promote(Consumer<RebuildProgress> listener) throws IOException, InterruptedException {
        claiming(listener, OptionalLong.empty());
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
            // There is no way back: a process that has not heard of it would write ids of one layout into the other.
            return run(current, nextOwn(claim), documents);
        });
    }

    private <T> RebuildResult run(Generation current, Generation next, Rebuild<T> what)
            throws IOException, InterruptedException {
        Rebuilt result =
                new RebuildRun<>(client, catalog, control, times.life(), remains, config, current, next, what).run();
        return result.leaving(leftovers());
    }

    /** What of it fails does not undo what was done: it is tried again. */
    private List<String> leftovers() {
        List<String> left = List.of();
        try {
            remains.forgetDeletions(publication);
            left = remains.surplus(publication, config.keep());
            if (left.isEmpty()) {
                return left;
            }
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("publication", publication).setCause(e).log("cannot remove what a rebuild left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        later.until(publication, this::clear);
        return left;
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
            try {
                catalog.change(actions);
            } catch (UnconfirmedException e) {
                unconfirmed(earlier, e);
            } catch (IOException | RuntimeException e) {
                // It may have been done, and the answer lost.
                if (!remains.isPresent(earlier, e)) {
                    throw e;
                }
                unconfirmed(earlier, e);
            }
            return earlier;
        });
    }

    private void unconfirmed(Generation earlier, Exception reason) {
        LOG.atWarn()
                .addKeyValue("publication", publication)
                .setCause(reason)
                .log("rolled back to {}, but not every node has confirmed it", earlier.name());
    }
}
