package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.json.JsonData;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            abandon(torso);
        }
        for (Map.Entry<Integer, Boolean> index : catalog.indices(publication).entrySet()) {
            if (!index.getValue()) {
                String name = catalog.names().generation(publication, index.getKey());
                LOG.atWarn().addKeyValue("publication", publication).log("removing {}, which no alias leads to", name);
                catalog.delete(name);
            }
        }
        forgetSwaps(publication);
        forgetDeletions(publication);
    }

    /** What a rebuild could not take away itself: from here on its generation need not be the present one. */
    private void forgetSwaps(String publication) throws IOException {
        for (Map.Entry<String, Set<String>> index :
                catalog.aliases(catalog.names().pattern(publication)).entrySet()) {
            for (String alias : index.getValue()) {
                Optional<Generation> swapped = catalog.names()
                        .marked(alias, index.getKey(), "swap")
                        .filter(now -> now.publication().equals(publication));
                if (swapped.isPresent()) {
                    catalog.change(new AliasActions().remove(swapped.get(), alias));
                }
            }
        }
    }

    /** First nobody can make it the present generation any more; then it goes. */
    void abandon(Generation next) throws IOException, InterruptedException {
        if (rebuilds.end(next) || !isPresent(next)) {
            drop(next);
        }
    }

    boolean isPresent(Generation generation) throws IOException {
        return catalog.generations(generation.publication())
                .current()
                .filter(generation::equals)
                .isPresent();
    }

    /** All but the newest of those that are kept. */
    void surplus(String publication, int keep) throws IOException, InterruptedException {
        List<Generation> kept = catalog.generations(publication).kept();
        for (Generation old : kept.subList(Math.min(keep, kept.size()), kept.size())) {
            drop(old);
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
