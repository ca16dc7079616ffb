package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.elasticsearch.core.search.HitsMetadata;
import java.util.List;

/** Shows the results of a shared index as those of a publication's own. */
final class Results {
    private Results() {}

    static <T> SearchResponse<T> shown(Names names, String publication, SearchResponse<T> response) {
        List<Hit<T>> hits = response.hits().hits();
        if (hits.stream().noneMatch(hit -> names.isShared(hit.index()))) {
            return response;
        }
        HitsMetadata<T> found = HitsMetadata.of(metadata -> metadata.total(
                        response.hits().total())
                .maxScore(response.hits().maxScore())
                .hits(hits.stream().map(hit -> shown(names, publication, hit)).toList()));
        return SearchResponse.of(copy -> copy.took(response.took())
                .timedOut(response.timedOut())
                .shards(response.shards())
                .hits(found)
                .aggregations(response.aggregations())
                .clusters(response.clusters())
                .fields(response.fields())
                .maxScore(response.maxScore())
                .numReducePhases(response.numReducePhases())
                .profile(response.profile())
                .pitId(response.pitId())
                .scrollId(response.scrollId())
                .suggest(response.suggest())
                .terminatedEarly(response.terminatedEarly()));
    }

    @SuppressWarnings("unchecked") // Hit.rebuild() returns the raw builder of its own type
    private static <T> Hit<T> shown(Names names, String publication, Hit<T> hit) {
        String id = hit.id();
        if (id == null || !names.isShared(hit.index())) {
            return hit;
        }
        Generation shared = new Generation(names, publication, 0, hit.index(), true);
        return ((Hit.Builder<T>) hit.rebuild())
                .id(shared.shown(id))
                .routing(null)
                .build();
    }
}
