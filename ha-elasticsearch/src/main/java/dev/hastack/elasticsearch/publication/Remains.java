package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.json.JsonData;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what rebuilds leave behind. Only who has the {@link Claim} does so. */
final class Remains {
    private static final Logger LOG = LoggerFactory.getLogger(Remains.class);
    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final ElasticsearchClient client;
    private final Catalog catalog;
    private final Control control;
    private final Rebuilds rebuilds;

    Remains(ElasticsearchClient client, Catalog catalog, Control control, Rebuilds rebuilds) {
        this.client = client;
        this.catalog = catalog;
        this.control = control;
        this.rebuilds = rebuilds;
    }

    /** The torso of a rebuild whose process has died, and indices that nothing leads to. */
    void clear(String publication) throws IOException, InterruptedException {
        Generations found = catalog.generations(publication);
        if (found.next().isPresent()) {
            Generation torso = found.next().get();
            LOG.atWarn()
                    .addKeyValue("publication", publication)
                    .log("removing {}, which was never finished", torso.name());
            if (end(torso)) {
                removed(torso);
            }
        }
        for (Map.Entry<Integer, Boolean> index : catalog.indices(publication).entrySet()) {
            if (!index.getValue()) {
                Names names = catalog.names();
                String name = names.generation(publication, index.getKey());
                LOG.atWarn().addKeyValue("publication", publication).log("removing {}, which no alias leads to", name);
                removed(new Generation(names, publication, index.getKey(), name, false));
            }
        }
        forgetMarks(publication, found);
        forgetDeletions(publication);
    }

    /** Whether {@link #clear} or {@link #surplus} would find anything to remove. */
    boolean any(String publication, int keep) throws IOException {
        Generations found = catalog.generations(publication);
        return found.next().isPresent()
                || !surplus(found, keep).isEmpty()
                || catalog.indices(publication).containsValue(false);
    }

    /**
     * What a rebuild could not take away itself: the mark of its swap, since from here on its generation need not be the present one;
     * and, in a shared index, the name of a torso, which the next generation there must not be taken for.
     */
    private void forgetMarks(String publication, Generations found) throws IOException, InterruptedException {
        Names names = catalog.names();
        for (Map.Entry<String, Set<String>> index :
                catalog.aliases(names.pattern(publication)).entrySet()) {
            for (String alias : index.getValue()) {
                Optional<Generation> swapped = names.marked(alias, index.getKey(), "swap")
                        .filter(now -> now.publication().equals(publication));
                if (swapped.isPresent()) {
                    forgetMark(swapped.get(), alias);
                }
                OptionalInt number = names.number(publication, alias, "");
                if (number.isPresent() && names.isShared(index.getKey())) {
                    Generation named = new Generation(names, publication, number.getAsInt(), index.getKey(), true);
                    if (!found.current().equals(Optional.of(named))) {
                        drop(named);
                    }
                }
            }
        }
    }

    private void forgetMark(Generation generation, String mark) throws IOException {
        try {
            catalog.change(new AliasActions().remove(generation, mark));
        } catch (ElasticsearchException e) {
            if (!Catalog.missing(e)) {
                throw e;
            }
            // The rebuild that was interrupted at that had sent its request.
        }
    }

    /** From then on nobody can make it the present generation; false if it is that already. */
    boolean end(Generation next) throws IOException {
        return rebuilds.end(next) || !isPresent(next);
    }

    boolean isPresent(Generation generation) throws IOException {
        return catalog.generations(generation.publication())
                .current()
                .filter(generation::equals)
                .isPresent();
    }

    /** As {@link #isPresent(Generation)}, asked since something has failed: where nobody can say, that stands with it. */
    boolean isPresent(Generation generation, Exception failure) {
        try {
            return Uninterrupted.run(() -> isPresent(generation));
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /**
     * Removes all but the newest of those that are kept, and all of another layout, to which there is no way back.
     *
     * @return those that could not be removed now
     */
    List<String> surplus(String publication, int keep) throws IOException, InterruptedException {
        List<String> leftovers = new ArrayList<>();
        for (Generation old : surplus(catalog.generations(publication), keep)) {
            if (!removed(old)) {
                leftovers.add(old.name());
            }
        }
        return leftovers;
    }

    private static List<Generation> surplus(Generations found, int keep) {
        boolean shared = found.current().filter(Generation::shared).isPresent();
        // The two generations of a shared layout are all that it has room for.
        return found.kept().stream()
                .filter(old -> old.shared() != shared
                        || found.kept().stream()
                                        .filter(newer -> newer.shared() == shared && newer.number() > old.number())
                                        .count()
                                >= (shared ? Math.min(1, keep) : keep))
                .toList();
    }

    /** Whether it could be: Elasticsearch deletes no index while a snapshot of it is made. */
    private boolean removed(Generation generation) throws InterruptedException {
        try {
            drop(generation);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("publication", generation.publication())
                    .log("{} cannot be removed now, and stays for a while: {}", generation.name(), e.getMessage());
            return false;
        }
    }

    void drop(Generation generation) throws IOException, InterruptedException {
        if (!generation.shared()) {
            catalog.delete(generation.index());
            return;
        }
        Optional<Generation> current =
                catalog.generations(generation.publication()).current();
        if (current.filter(present -> present.index().equals(generation.index()))
                .isEmpty()) {
            empty(generation.publication(), generation.index());
        }
        Map<String, Set<String>> aliases = catalog.aliases(generation.name() + "*");
        for (String alias : aliases.getOrDefault(generation.index(), Set.of())) {
            catalog.change(new AliasActions().remove(generation, alias));
        }
    }

    /** Removes a publication's documents from a shared index. */
    void empty(String publication, String index) throws IOException, InterruptedException {
        catalog.refresh(index);
        Query theirs =
                Query.of(query -> query.term(term -> term.field("_routing").value(publication)));
        deleteAll(index, theirs, publication);
    }

    void forgetDeletions(String publication) throws IOException, InterruptedException {
        String index = control.index();
        catalog.refresh(index);
        deleteAll(index, Deletions.of(publication), "deletions");
    }

    private void deleteAll(String index, Query query, String name) throws IOException, InterruptedException {
        try (Scan scan = Scan.open(client, index, query, false)) {
            if (!scan.hasNext()) {
                return;
            }
            Ingested deleted = new Ingested();
            try (Ingest ingest = new Ingest(client, BulkLimits.DEFAULT, name)) {
                while (scan.hasNext()) {
                    Hit<JsonData> hit = scan.next();
                    ingest.add(new Ingest.Next(
                            BulkOperation.of(bulk -> bulk.delete(
                                    delete -> delete.index(index).id(hit.id()).routing(hit.routing()))),
                            deleted));
                }
                if (!ingest.flush(WITHIN)) {
                    throw new IOException("documents of " + index + " were not deleted within " + WITHIN);
                }
            }
            deleted.throwFailure();
        }
    }
}
